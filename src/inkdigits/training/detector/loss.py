"""Loss and metric of the detector."""

from typing import Any

from keras import ops

from inkdigits.recognition.detection.symbols import N_ORIENTATIONS, N_SYMBOLS
from inkdigits.training.scenes.windows import ROTATED

_PRINTED = 0.2
"""Share of printed symbols in the training windows (of 2,500: 19.6%)."""

_NEAR = 0.6
"""Smallest heat of a cell, relative to 1 at the centre of a symbol, at which class and box enter the loss."""


def detector_loss(targets: Any, outputs: Any) -> Any:
    """Return the loss of each picture, ``float32`` (n,).

    Parameters
    ----------
    targets
        (n, rows, columns, 9), as `inkdigits.training.scenes.windows.make_targets` returns them.
    outputs
        The outputs of the network, (n, rows, columns, 28).

    References
    ----------
    The weight (1 - heat)^4 of cells near a centre is that of Zhou et al., 2019. Their focal factor is omitted, so the
    sigmoid of the centre logit is a probability.
    """
    heat, symbol = targets[..., 0], ops.cast(targets[..., 1], "int32")
    is_middle = ops.cast(heat == 1.0, "float32")
    logits = outputs[..., 0]
    weights = targets[..., 7] * (is_middle + (1 - is_middle) * ops.power(1 - heat, 4))
    middles = weights * (ops.softplus(logits) - is_middle * logits)
    near = targets[..., 7] * heat * ops.cast(heat > _NEAR, "float32")
    classes = ops.sparse_categorical_crossentropy(symbol, outputs[..., 1 : 1 + N_SYMBOLS], from_logits=True)
    boxes = ops.sum(ops.abs(outputs[..., 1 + N_SYMBOLS : 5 + N_SYMBOLS] - targets[..., 2:6]), axis=-1)
    print_logits = outputs[..., 5 + N_SYMBOLS]
    is_printed = targets[..., 6]
    # Print and handwriting have the same weight in total, so an undecided symbol has a score of 0.5.
    print_weights = 0.5 * is_printed / _PRINTED + 0.5 * (1 - is_printed) / (1 - _PRINTED)
    printed = print_weights * (ops.softplus(print_logits) - is_printed * print_logits)
    symbols = middles + near * (classes + 0.15 * boxes + 0.1 * printed)
    return ops.sum(symbols, axis=(1, 2)) + _orientation_loss(targets[..., 8], outputs[..., 6 + N_SYMBOLS :])


def _orientation_loss(quarters: Any, logits: Any) -> Any:
    """Return the cross-entropy of the orientation of each window, ``float32`` (n,), given all of its symbols.

    A reader adds the evidence of all symbols of a page too. Each of the four orientations has the same weight in total.
    Ambiguous symbols count in all of them: else a 0 would be evidence for an upright page.
    """
    is_symbol = ops.cast(quarters < N_ORIENTATIONS, "float32")
    evidence = ops.sum(is_symbol[..., None] * ops.log_softmax(logits), axis=(1, 2))
    orientation = ops.cast(ops.min(quarters, axis=(1, 2)), "int32")
    shares = ops.where(orientation == 0, 1 - ROTATED, ROTATED / (N_ORIENTATIONS - 1))
    weights = ops.cast(orientation < N_ORIENTATIONS, "float32") / (N_ORIENTATIONS * shares)
    orientation = ops.minimum(orientation, N_ORIENTATIONS - 1)
    return weights * ops.sparse_categorical_crossentropy(orientation, evidence, from_logits=True)


def symbol_accuracy(targets: Any, outputs: Any) -> Any:
    """Return the classification accuracy of the symbols of each picture, in the cells of their centres."""
    is_middle = ops.cast(targets[..., 0] == 1.0, "float32") * targets[..., 7]
    predicted = ops.argmax(outputs[..., 1 : 1 + N_SYMBOLS], axis=-1)
    right = ops.cast(ops.cast(predicted, "float32") == targets[..., 1], "float32")
    n_symbols = ops.sum(is_middle, axis=(1, 2))
    return (ops.sum(right * is_middle, axis=(1, 2)) + 1e-6) / (n_symbols + 1e-6)
