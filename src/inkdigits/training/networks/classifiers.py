"""The networks, each a stack of Keras layers that reads like the paper it comes from.

Every network takes raw digit images, ``uint8`` of shape (n, 28, 28), and answers probabilities,
``float32`` of shape (n, 10): the scaling to [0, 1] is its first step, so that training and reading
cannot disagree on it.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import UsageError

PROBABILITIES = "probabilities"
IS_DIGIT = "is_digit"
"""Names of the networks' answers, as the exported models have them."""


def classic(dropout: float = 0.5) -> keras.Sequential:
    """Build the convolutional network of the course project: 34,826 parameters.

    The ReLU stands after the pooling rather than before: the maximum and the ReLU commute, so the function is the
    same and the ReLU has a quarter of the values to go over.

    Parameters
    ----------
    dropout
        Share of the 1,600 features that is silenced in a training step, in [0, 1).

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
    """Build the network that is best for its size: four convolutions, 8,098 parameters.

    Depth does more than width: with a quarter of the classic network's parameters it reads as well.

    Parameters
    ----------
    dropout
        Share of the 144 features that is silenced in a training step, in [0, 1).
    """
    images, x = _pixels()
    x = _convolution(x, 12, 3, pool=True, normalise=False)
    x = _convolution(x, 16, 3)
    x = _convolution(x, 16, 3, pool=True)
    x = _convolution(x, 16, 3, pool=True)
    x = _features(x, dropout)
    return keras.Model(images, _digit_probabilities()(x), name="compact")


def quick(dropout: float = 0.0) -> keras.Model:
    """Build the network that reads most images a second: three convolutions, 15,962 parameters.

    Strides take the place of pooling, so that nothing is computed that is then thrown away: 149,000 multiplications
    an image, a sixteenth of the classic network's.

    Parameters
    ----------
    dropout
        Share of the 128 features that is silenced in a training step, in [0, 1).
    """
    images, x = _pixels()
    x = _convolution(x, 16, 6, strides=3, padding="valid", normalise=False)
    x = _convolution(x, 32, 3, strides=2)
    x = _convolution(x, 32, 3, padding="valid")
    x = _features(x, dropout)
    return keras.Model(images, _digit_probabilities()(x), name="quick")


def accurate(dropout: float = 0.3) -> keras.Model:
    """Build the network for everybody's digits: six convolutions, 438,411 parameters, two answers.

    Beside the ten probabilities it answers ``is_digit``, how far the image is a digit at all. The first
    convolution is wide and pooled at once: the two convolutions that others spend on 28x28 pixels are most of a
    step's time and hardly any of its parameters.

    Parameters
    ----------
    dropout
        Share of the 1,152 features that is silenced in a training step, in [0, 1).
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
    """Build the network called ``name``, untrained.

    Raises
    ------
    UsageError
        If there is no network of that name.
    """
    if name not in NETWORKS:
        raise UsageError(f"there is no network {name!r}; choose one of {', '.join(NETWORKS)}")
    return NETWORKS[name](dropout=dropout)


def answers_is_digit(network: keras.Model) -> bool:
    """Tell whether the network answers ``is_digit`` beside the probabilities."""
    return any(layer.name == IS_DIGIT for layer in network.layers)


def layer_table(network: keras.Model) -> list[dict[str, Any]]:
    """Return a row for each layer: ``name``, ``type``, ``output_shape`` (without the batch), ``parameters``."""
    return [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "output_shape": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
        }
        for layer in network.layers
    ]


def _raw_pixels() -> list[Any]:
    """Take uint8 (n, 28, 28) to floats in [0, 1] of shape (n, 28, 28, 1)."""
    return [
        keras.Input((SIDE, SIDE), dtype="uint8", name="images"),
        layers.Reshape((SIDE, SIDE, 1)),
        layers.Rescaling(1 / 255),
    ]


def _pixels() -> tuple[Any, Any]:
    """Return the input of a network, and what its first convolution takes."""
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
    """Convolve, normalise over the batch, pool two by two, rectify.

    The normalisation stands right behind the convolution, whose weights take it up when the network is exported. It
    costs as much as the convolution where images are large and channels few: small networks do without it there.
    """
    x = layers.Conv2D(n_filters, kernel_size, strides=strides, padding=padding, use_bias=not normalise)(x)
    if normalise:
        x = layers.BatchNormalization()(x)
    if pool:
        x = layers.MaxPooling2D(pool_size=2)(x)
    return layers.ReLU()(x)


def _stage(x: Any, n_convolutions: int, n_filters: int, kernel_size: int) -> Any:
    """Convolve and rectify ``n_convolutions`` times, the last time pooled two by two and normalised over the batch.

    Normalising costs as much as convolving in training, so it is done once a stage, and behind the pooling, where a
    quarter of the values are left. It has no scale of its own, which the next convolution does not need behind a
    ReLU: so it stays a rising function, which changes places with a maximum, and the last convolution's weights take
    it up when the network is exported.
    """
    for _ in range(n_convolutions - 1):
        x = layers.Conv2D(n_filters, kernel_size, padding="same", activation="relu")(x)
    x = layers.Conv2D(n_filters, kernel_size, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D(pool_size=2)(x)
    x = layers.BatchNormalization(scale=False)(x)
    return layers.ReLU()(x)


def _features(x: Any, dropout: float) -> Any:
    """Return what the last layers learn from, a row an image."""
    return layers.Dropout(dropout)(layers.Flatten()(x))


def _digit_probabilities() -> layers.Layer:
    """Return the last layer, kept in float32 because a softmax in bfloat16 has too few digits for a loss."""
    return layers.Dense(N_CLASSES, activation="softmax", dtype="float32", name=PROBABILITIES)
