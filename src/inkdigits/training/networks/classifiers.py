"""The classifiers, as Keras networks.

The input of every network is raw digit images, ``uint8`` of shape (n, 28, 28). The output is probabilities,
``float32`` of shape (n, 10). The scaling of the pixels to [0, 1] is part of the network, so it is the same in
training and inference.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import UsageError
from inkdigits.runs.run_files import Layer

PROBABILITIES = "probabilities"
IS_DIGIT = "is_digit"
"""Names of the outputs, in Keras and in the exported models."""


def classic(dropout: float = 0.5) -> keras.Sequential:
    """Build the convolutional network of the course project: 34,826 parameters.

    The ReLU follows the max-pooling. Both commute, so the function is the same, and the ReLU has a quarter of the
    values to process.

    Parameters
    ----------
    dropout
        Dropout rate of the 1,600 features, in [0, 1).

    References
    ----------
    F. Chollet, "Simple MNIST convnet", keras.io/examples/vision/mnist_convnet, 2015.
    """
    return keras.Sequential(
        [
            *_raw_pixels(),
            layers.Conv2D(32, kernel_size=3),
            layers.MaxPooling2D(pool_size=2),
            layers.ReLU(),
            layers.Conv2D(64, kernel_size=3),
            layers.MaxPooling2D(pool_size=2),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dropout(dropout),
            _digit_probabilities(),
        ],
        name="classic",
    )


def compact(dropout: float = 0.0) -> keras.Model:
    """Build the smallest network: four convolutions, 8,098 parameters.

    It is deeper and narrower than the classic network, and as accurate with a quarter of the parameters.

    Parameters
    ----------
    dropout
        Dropout rate of the 144 features, in [0, 1).
    """
    images, x = _pixels()
    x = _convolution(x, 12, 3, pool=True, normalise=False)
    x = _convolution(x, 16, 3)
    x = _convolution(x, 16, 3, pool=True)
    x = _convolution(x, 16, 3, pool=True)
    x = _features(x, dropout)
    return keras.Model(images, _digit_probabilities()(x), name="compact")


def quick(dropout: float = 0.0) -> keras.Model:
    """Build the network with the highest throughput: three convolutions, 15,962 parameters.

    Strided convolutions replace pooling, so no value is computed and then discarded: 149,000 multiplications
    per image, a sixteenth of the classic network's.

    Parameters
    ----------
    dropout
        Dropout rate of the 128 features, in [0, 1).
    """
    images, x = _pixels()
    x = _convolution(x, 16, 6, strides=3, padding="valid", normalise=False)
    x = _convolution(x, 32, 3, strides=2)
    x = _convolution(x, 32, 3, padding="valid")
    x = _features(x, dropout)
    return keras.Model(images, _digit_probabilities()(x), name="quick")


def accurate(dropout: float = 0.3) -> keras.Model:
    """Build the network for real pictures: six convolutions, 438,411 parameters, two outputs.

    Besides the ten probabilities it has the output ``is_digit``, the probability that the image is a digit. There is
    only one convolution at 28x28 pixels, with a large kernel and pooling: at this resolution convolutions have few
    parameters but take most of the training time.

    Parameters
    ----------
    dropout
        Dropout rate of the 1,152 features, in [0, 1).
    """
    images, x = _pixels()
    x = _stage(x, 1, 32, 5)
    x = _stage(x, 2, 64, 3)
    x = _stage(x, 3, 128, 3)
    x = _features(x, dropout)
    is_digit = layers.Dense(1, activation="sigmoid", dtype="float32", name=IS_DIGIT)(x)
    return keras.Model(
        images, {PROBABILITIES: _digit_probabilities()(x), IS_DIGIT: is_digit}, name="accurate"
    )


NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "classic": classic,
    "compact": compact,
    "quick": quick,
    "accurate": accurate,
}


def build_network(name: str, dropout: float) -> keras.Model:
    """Build the untrained network of a name.

    Raises
    ------
    UsageError
        If the name is unknown.
    """
    if name not in NETWORKS:
        raise UsageError(f"unknown network {name!r}; choose one of {', '.join(NETWORKS)}")
    return NETWORKS[name](dropout=dropout)


def has_is_digit_output(network: keras.Model) -> bool:
    """Return whether the network has the output ``is_digit`` besides the probabilities."""
    return any(layer.name == IS_DIGIT for layer in network.layers)


def describe_layers(network: keras.Model) -> tuple[Layer, ...]:
    """Return the layers of the network as they are stored in ``config.json``."""
    return tuple(
        Layer(
            name=layer.name,
            type=type(layer).__name__,
            output_shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
        )
        for layer in network.layers
    )


def _raw_pixels() -> list[Any]:
    """Return the layers that convert uint8 (n, 28, 28) to floats in [0, 1] of shape (n, 28, 28, 1)."""
    return [
        keras.Input((SIDE, SIDE), dtype="uint8", name="images"),
        layers.Reshape((SIDE, SIDE, 1)),
        layers.Rescaling(1 / 255),
    ]


def _pixels() -> tuple[Any, Any]:
    """Return the input of a network, and the scaled pixels."""
    images, *scale = _raw_pixels()
    x = images
    for layer in scale:
        x = layer(x)
    return images, x


def _convolution(
    x: Any,
    n_filters: int,
    kernel_size: int,
    *,
    strides: int = 1,
    padding: str = "same",
    pool: bool = False,
    normalise: bool = True,
) -> Any:
    """Apply a convolution, batch normalisation, 2x2 max-pooling and a ReLU.

    The normalisation directly follows the convolution, so it is folded into its weights at export. For large images
    with few channels it takes as much time as the convolution, so small networks omit it in the first layer.
    """
    x = layers.Conv2D(n_filters, kernel_size, strides=strides, padding=padding, use_bias=not normalise)(x)
    if normalise:
        x = layers.BatchNormalization()(x)
    if pool:
        x = layers.MaxPooling2D(pool_size=2)(x)
    return layers.ReLU()(x)


def _stage(x: Any, n_convolutions: int, n_filters: int, kernel_size: int) -> Any:
    """Apply ``n_convolutions`` convolutions with ReLU; the last one with 2x2 max-pooling and batch normalisation.

    Batch normalisation takes as much training time as a convolution, so there is one per stage, after the pooling,
    with a quarter of the values. It has no scale parameter, which is redundant before a ReLU and a convolution.
    It is therefore an increasing function, commutes with the maximum, and is folded into the last convolution
    at export.
    """
    for _ in range(n_convolutions - 1):
        x = layers.Conv2D(n_filters, kernel_size, padding="same", activation="relu")(x)
    x = layers.Conv2D(n_filters, kernel_size, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D(pool_size=2)(x)
    x = layers.BatchNormalization(scale=False)(x)
    return layers.ReLU()(x)


def _features(x: Any, dropout: float) -> Any:
    """Flatten the channels to a feature vector per image, with dropout."""
    return layers.Dropout(dropout)(layers.Flatten()(x))


def _digit_probabilities() -> layers.Layer:
    """Return the output layer in float32, because a softmax in bfloat16 is too imprecise for the loss."""
    return layers.Dense(N_CLASSES, activation="softmax", dtype="float32", name=PROBABILITIES)
