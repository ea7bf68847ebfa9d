"""The network that reads a whole number at once: convolutions over a strip of writing, one answer a column.

Trained by connectionist temporal classification, helped by where each digit's middle is known to be.
"""

from typing import Any

import keras
from keras import layers, ops

from inkdigits.recognition.columns import BLANK, HEIGHT, N_SYMBOLS

COLUMNS = "columns"
"""Name of the network's answer."""

_MIDDLES = 0.5
"""How much the known middles count beside the symbols' order."""


def number_network(dropout: float = 0.2) -> keras.Model:
    """Build the network: strips ``uint8`` (n, 32, w), w even, in; logits (n, w / 2, 12) out.

    References
    ----------
    B. Shi, X. Bai, C. Yao, "An end-to-end trainable neural network for image-based sequence recognition", IEEE
    TPAMI 39(11), 2017; the recurrent layers are left out, since the digits of a number do not tell each other.
    """
    strips = keras.Input((HEIGHT, None), dtype="uint8", name="strips")
    x = layers.Reshape((HEIGHT, -1, 1))(strips)
    x = layers.Rescaling(1.0 / 255)(x)
    x = _convolved(x, 32, (5, 5), stride=2)
    x = _convolved(x, 48)
    x = layers.MaxPooling2D((2, 1))(x)
    x = _convolved(x, 64)
    x = _convolved(x, 64)
    x = layers.MaxPooling2D((2, 1))(x)
    x = _convolved(x, 96)
    x = layers.Conv2D(128, (4, 3), use_bias=False)(layers.ZeroPadding2D((0, 1))(x))
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = _convolved(x, 128, (1, 5))
    x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(N_SYMBOLS, 1, dtype="float32")(x)
    return keras.Model(strips, layers.Reshape((-1, N_SYMBOLS), name=COLUMNS)(x), name="numbers")


def _convolved(x: Any, filters: int, kernel: tuple[int, int] = (3, 3), stride: int = 1) -> Any:
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def sequence_loss(most: int) -> Any:
    """Return the loss of logits (n, t, 12) against targets (n, ``most`` + 1 + t): symbols, their number, columns.

    References
    ----------
    A. Graves et al., "Connectionist temporal classification", ICML 2006.
    """

    def loss(targets: Any, logits: Any) -> Any:
        targets = ops.cast(targets, "int32")
        symbols, lengths, columns = targets[:, :most], targets[:, most], targets[:, most + 1 :]
        t = ops.shape(logits)[1]
        ctc = ops.ctc_loss(symbols, logits, lengths, ops.ones_like(lengths) * t, mask_index=BLANK)
        known = ops.cast(columns >= 0, "float32")
        middles = ops.sparse_categorical_crossentropy(ops.maximum(columns, 0), logits, from_logits=True)
        # A blank column says little, and there are many.
        weights = known * ops.where(columns > 0, 1.0, 0.3)
        return ctc + _MIDDLES * ops.sum(weights * middles, axis=1)

    return loss


def columns_accuracy(most: int) -> Any:
    """Return the metric for the same targets: the share of the symbols' middles that are read right."""

    def accuracy(targets: Any, logits: Any) -> Any:
        columns = ops.cast(targets, "int32")[:, most + 1 :]
        right = ops.cast(
            (ops.cast(ops.argmax(logits, axis=-1), "int32") == columns) & (columns > 0), "float32"
        )
        n_middles = ops.sum(ops.cast(columns > 0, "float32"), axis=1)
        return ops.sum(right, axis=1) / ops.maximum(n_middles, 1.0)

    return accuracy
