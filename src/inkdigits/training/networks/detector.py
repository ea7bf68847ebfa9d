"""The network that finds digits: fully convolutional, one answer for each small cell of a grey picture."""

from typing import Any

import keras
from keras import layers, ops

from inkdigits.recognition.detection.symbols import N_SYMBOLS

CELLS = "cells"
"""Name of the network's answer."""

N_ANSWERS = 1 + N_SYMBOLS + 4 + 1
"""Numbers for each cell: logit of a middle, logits of the classes, four distances to the box, logit of print."""

_NEIGHBOURHOOD = 5
"""Side of the square, in blocks of 8 pixels, whose mean and contrast a pixel is measured against."""

_FAINTEST = 1e-3
"""Added to the variance of grey levels in [0, 1]: contrast below some 8 of 255 levels is not raised to 1."""


@keras.saving.register_keras_serializable("inkdigits")
class LocalContrast(layers.Layer):  # type: ignore[misc]
    """Take the local mean of a picture off, and bring the local contrast to 1: shadows and faint pens alike.

    Pictures (n, h, w) of grey levels in, ``float32`` (n, h, w, 1) out.
    """

    def call(self, pictures: Any) -> Any:
        """Return the pictures, evened."""
        x = ops.expand_dims(ops.cast(pictures, "float32"), -1) / 255.0
        x = x - _around(x)
        x = x / ops.sqrt(_around(ops.square(x)) + _FAINTEST)
        return ops.cast(x, self.compute_dtype)


def _around(values: Any) -> Any:
    """Return the mean of values over some blocks of 8 pixels around each of them."""
    blocks = ops.average_pool(values, 8, padding="valid")
    blocks = ops.average_pool(blocks, _NEIGHBOURHOOD, 1, padding="same")
    return ops.repeat(ops.repeat(blocks, 8, axis=1), 8, axis=2)


def detector(widths: tuple[int, int, int, int, int] = (24, 32, 64, 128, 160)) -> keras.Model:
    """Build the detector: pictures ``uint8`` (n, h, w) in, ``float32`` (n, h / 8, w / 4, 24) out.

    Both sides of a picture are multiples of 8. There are twice as many cells along a line as across it, because digits
    stand closer than lines do.

    Parameters
    ----------
    widths
        Channels of the two convolutions on half the resolution, and of the three stages behind them.

    References
    ----------
    X. Zhou, D. Wang and P. Kraehenbuehl, "Objects as points", arXiv:1904.07850, 2019: an object is the cell of
    its middle. Z. Tian et al., "FCOS: fully convolutional one-stage object detection", ICCV 2019: four distances give
    its box.
    """
    stem, first, second, third, context = widths
    pictures = keras.Input((None, None), dtype="uint8", name="pictures")
    x = LocalContrast()(pictures)
    x = _convolved(x, stem, 5, stride=2)
    x = _convolved(x, first, normalised=(2, 2))
    x = _convolved(x, second)
    x = _convolved(x, second, normalised=(2, 1))
    x = _convolved(x, third)
    x = _convolved(x, third, normalised=(1, 1))
    around = layers.MaxPooling2D((1, 2))(x)
    around = _convolved(around, context)
    around = _convolved(around, context, normalised=(1, 1))
    around = layers.UpSampling2D((1, 2))(layers.Conv2D(third, 1)(around))
    x = layers.ReLU()(
        layers.Add()([layers.Conv2D(third, 3, padding="same", kernel_initializer="he_normal")(x), around])
    )
    x = _convolved(x, third, normalised=(1, 1))
    return keras.Model(pictures, layers.Conv2D(N_ANSWERS, 1, dtype="float32", name=CELLS)(x), name="detector")


def _convolved(
    x: Any, filters: int, kernel: int = 3, stride: int = 1, normalised: tuple[int, int] | None = None
) -> Any:
    """Convolve; where ``normalised`` is given, pool by so much and normalise before the ReLU."""
    x = layers.Conv2D(
        filters, kernel, stride, padding="same", kernel_initializer="he_normal", use_bias=normalised is None
    )(x)
    if normalised is not None:
        if normalised != (1, 1):
            x = layers.MaxPooling2D(normalised)(x)
        x = layers.BatchNormalization(scale=False)(x)
    return layers.ReLU()(x)
