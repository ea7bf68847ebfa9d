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


def accurate(dropout: float = 0.3) -> keras.Model:
    """Build the network for everybody's digits: five convolutions, 292,043 parameters, two answers.

    Beside the ten probabilities it answers ``is_digit``, how far the image is a digit at all. The first
    convolution is wide and pooled at once: the two convolutions that others spend on 28x28 pixels are most of a
    step's time and hardly any of its parameters.

    Parameters
    ----------
    dropout
        Share of the 1,152 features that is silenced in a training step, in [0, 1).
    """
    images, *scale = _raw_pixels()
    x = images
    for layer in scale:
        x = layer(x)
    for n_filters, kernel_size, pool in (
        (32, 5, True),
        (64, 3, False),
        (64, 3, True),
        (128, 3, False),
        (128, 3, True),
    ):
        x = layers.Conv2D(n_filters, kernel_size, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        if pool:
            x = layers.MaxPooling2D(pool_size=2)(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    is_digit = layers.Dense(1, activation="sigmoid", dtype="float32", name=IS_DIGIT)(x)
    return keras.Model(
        images, {PROBABILITIES: _digit_probabilities()(x), IS_DIGIT: is_digit}, name="accurate"
    )


NETWORKS: dict[str, Callable[..., keras.Model]] = {"classic": classic, "accurate": accurate}


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


def _digit_probabilities() -> layers.Layer:
    """Return the last layer, kept in float32 because a softmax in bfloat16 has too few digits for a loss."""
    return layers.Dense(N_CLASSES, activation="softmax", dtype="float32", name=PROBABILITIES)
