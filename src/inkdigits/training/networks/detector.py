"""The detector, a fully convolutional network with one output vector per cell of a grey picture."""

from typing import Any

import keras
from keras import layers, ops

from inkdigits.recognition.detection.symbols import N_ORIENTATIONS, N_OUTPUTS

CELLS, SYMBOL_OUTPUTS, PRINT_OUTPUT, ORIENTATION_OUTPUTS = "cells", "symbols", "printed", "orientations"
"""Names of the output, and of the layers for its three parts."""

_NEIGHBOURHOOD = 5
"""Side of the square for local mean and contrast, in blocks of 8 pixels."""

_FAINTEST = 1e-3
"""Added to the variance of grey levels in [0, 1], so that contrast below about 8 of 255 levels stays below 1."""


@keras.saving.register_keras_serializable("inkdigits")
class LocalContrast(layers.Layer):  # type: ignore[misc]
    """Local contrast normalisation, which removes shadows and amplifies faint ink.

    Input: pictures (n, h, w) of grey levels. Output: ``float32`` (n, h, w, 1).
    """

    def call(self, pictures: Any) -> Any:
        """Return the normalised pictures."""
        x = ops.expand_dims(ops.cast(pictures, "float32"), -1) / 255.0
        x = x - _local_mean(x)
        x = x / ops.sqrt(_local_mean(ops.square(x)) + _FAINTEST)
        return ops.cast(x, self.compute_dtype)


@keras.saving.register_keras_serializable("inkdigits")
class StopGradient(layers.Layer):  # type: ignore[misc]
    """Identity without a gradient: print and orientations use the features of the symbols, but do not change them."""

    def call(self, features: Any) -> Any:
        """Return the features."""
        return ops.stop_gradient(features)


def _local_mean(values: Any) -> Any:
    """Return the mean over the neighbourhood of each pixel."""
    blocks = ops.average_pool(values, 8, padding="valid")
    blocks = ops.average_pool(blocks, _NEIGHBOURHOOD, 1, padding="same")
    return ops.repeat(ops.repeat(blocks, 8, axis=1), 8, axis=2)


def detector(
    widths: tuple[int, int, int, int, int, int, int] = (24, 32, 64, 128, 160, 32, 48),
) -> keras.Model:
    """Build the detector: input pictures ``uint8`` (n, h, w), output ``float32`` (n, h / 8, w / 4, 28).

    Both sides of a picture are multiples of 8. The horizontal resolution of the cells is twice the vertical one,
    because the spacing of digits is smaller than that of lines.

    Parameters
    ----------
    widths
        Channels of the two convolutions at half the resolution, of the three following stages, and of the layers for
        print and for the orientations.

    References
    ----------
    X. Zhou, D. Wang and P. Kraehenbuehl, "Objects as points", arXiv:1904.07850, 2019: an object is represented by the
    cell of its centre. Z. Tian et al., "FCOS: fully convolutional one-stage object detection", ICCV 2019: the box is
    represented by four distances.
    """
    stem, first, second, third, context, printing, orientation = widths
    pictures = keras.Input((None, None), dtype="uint8", name="pictures")
    x = LocalContrast()(pictures)
    x = _convolved(x, stem, 5, stride=2)
    x = _convolved(x, first, normalised=(2, 2))
    x = _convolved(x, second)
    x = _convolved(x, second, normalised=(2, 1))
    x = _convolved(x, third)
    x = _convolved(x, third, normalised=(1, 1))
    near = x
    around = layers.MaxPooling2D((1, 2))(x)
    around = _convolved(around, context)
    around = _convolved(around, context, normalised=(1, 1))
    around = layers.UpSampling2D((1, 2))(layers.Conv2D(third, 1)(around))
    x = layers.ReLU()(
        layers.Add()([layers.Conv2D(third, 3, padding="same", kernel_initializer="he_normal")(x), around])
    )
    x = _convolved(x, third, normalised=(1, 1))
    symbols = layers.Conv2D(N_OUTPUTS - 1 - N_ORIENTATIONS, 1, dtype="float32", name=SYMBOL_OUTPUTS)(x)
    features = StopGradient()(layers.Concatenate()([x, near]))
    printed = layers.Conv2D(1, 1, dtype="float32", name=PRINT_OUTPUT)(_property(features, printing))
    orientations = layers.Conv2D(N_ORIENTATIONS, 1, dtype="float32", name=ORIENTATION_OUTPUTS)(
        _property(features, orientation)
    )
    outputs = layers.Concatenate(name=CELLS, dtype="float32")([symbols, printed, orientations])
    return keras.Model(pictures, outputs, name="detector")


def _property(features: Any, filters: int) -> Any:
    """Apply the layers for a property of the symbols, except for the last one."""
    for kernel in (1, 3, 3):
        features = layers.Conv2D(filters, kernel, padding="same", kernel_initializer="he_normal")(features)
        features = layers.ReLU()(features)
    return features


def _convolved(
    x: Any, filters: int, kernel: int = 3, stride: int = 1, normalised: tuple[int, int] | None = None
) -> Any:
    """Apply a convolution and a ReLU; if ``normalised`` is given, also max-pooling of this size and normalisation."""
    x = layers.Conv2D(
        filters, kernel, stride, padding="same", kernel_initializer="he_normal", use_bias=normalised is None
    )(x)
    if normalised is not None:
        if normalised != (1, 1):
            x = layers.MaxPooling2D(normalised)(x)
        x = layers.BatchNormalization(scale=False)(x)
    return layers.ReLU()(x)
