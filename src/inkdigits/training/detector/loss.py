"""What the detector is trained to answer, and how wrong an answer is."""

from typing import Any

from keras import ops

from inkdigits.recognition.detection.symbols import N_SYMBOLS

_NEAR = 0.6
"""Heat of a cell, relative to 1 in the middle of a symbol, from which it also learns that symbol's class and box."""


def detector_loss(targets: Any, answers: Any) -> Any:
    """Return the loss of each picture, ``float32`` (n,).

    Parameters
    ----------
    targets
        (n, rows, columns, 8), as `inkdigits.training.scenes.windows.targets_of` returns them.
    answers
        (n, rows, columns, 24): the network's.

    References
    ----------
    The weight (1 - heat)^4 of cells beside a middle is that of Zhou et al., 2019; without their focal factor, so that
    the sigmoid of a middle's logit stays a probability.
    """
    heat, symbol = targets[..., 0], ops.cast(targets[..., 1], "int32")
    is_middle = ops.cast(heat == 1.0, "float32")
    logits = answers[..., 0]
    weights = targets[..., 7] * (is_middle + (1 - is_middle) * ops.power(1 - heat, 4))
    middles = weights * (ops.softplus(logits) - is_middle * logits)
    near = targets[..., 7] * heat * ops.cast(heat > _NEAR, "float32")
    classes = ops.sparse_categorical_crossentropy(symbol, answers[..., 1 : 1 + N_SYMBOLS], from_logits=True)
    boxes = ops.sum(ops.abs(answers[..., 1 + N_SYMBOLS : 5 + N_SYMBOLS] - targets[..., 2:6]), axis=-1)
    print_logits = answers[..., 5 + N_SYMBOLS]
    printed = ops.softplus(print_logits) - targets[..., 6] * print_logits
    return ops.sum(middles, axis=(1, 2)) + ops.sum(
        near * (classes + 0.15 * boxes + 0.1 * printed), axis=(1, 2)
    )


def symbols_right(targets: Any, answers: Any) -> Any:
    """Return the share of the symbols of each picture whose class is right in the cell of their middle."""
    is_middle = ops.cast(targets[..., 0] == 1.0, "float32") * targets[..., 7]
    guesses = ops.argmax(answers[..., 1 : 1 + N_SYMBOLS], axis=-1)
    right = ops.cast(ops.cast(guesses, "float32") == targets[..., 1], "float32")
    n_symbols = ops.sum(is_middle, axis=(1, 2))
    return (ops.sum(right * is_middle, axis=(1, 2)) + 1e-6) / (n_symbols + 1e-6)
