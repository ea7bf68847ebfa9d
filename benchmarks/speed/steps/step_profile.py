"""Profile of a training step: data, forward and backward pass of each layer, and the rest.

Run as a program with the name of a recipe, it prints one JSON object of milliseconds. Each layer is measured alone, on
an input of its shape and on the cores of one part of a batch, so the sum of the layers may differ from the step.
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def milliseconds(call: Callable[[], object], n_calls: int) -> float:
    """Return the median time of a call, after two warm-up calls."""
    call(), call()
    spent = []
    for _ in range(n_calls):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return round(1e3 * float(np.median(spent)), 3)


def profile(recipe_name: str, n_calls: int, n_parts: int | None = None) -> dict[str, Any]:
    """Return the times of one step of a recipe, in milliseconds.

    Parameters
    ----------
    recipe_name
        One of the recipes.
    n_calls
        Number of calls of each part; the median is returned.
    n_parts
        Number of parts of the batch; by default as in training.
    """
    import keras
    import tensorflow as tf

    from inkdigits.data import load_mnist
    from inkdigits.training.loop.batches import TrainingBatches
    from inkdigits.training.loop.data_parallel import DataParallel, configure_threads, count_parts
    from inkdigits.training.loop.precision import clone_with_policy, dtype_policy
    from inkdigits.training.networks.classifiers import build_network
    from inkdigits.training.recipes import get_recipe

    recipe = get_recipe(recipe_name)
    n_parts = n_parts or count_parts(recipe.batch_size)
    configure_threads(n_parts)
    network = clone_with_policy(build_network(recipe.network, recipe.dropout), dtype_policy(recipe))
    trainee = DataParallel(network, n_parts) if n_parts > 1 else network
    trainee.compile(keras.optimizers.Adam(1e-6), "sparse_categorical_crossentropy", jit_compile=False)
    batches = TrainingBatches(load_mnist().train, recipe, seed=0).iterate()
    batch = next(batches)
    images, labels = tf.constant(batch.images), tf.constant(batch.labels)
    trainee(images[:n_parts])  # builds it
    trainee.optimizer.build(trainee.trainable_variables)

    step = tf.function(lambda: trainee.train_step((images, labels)))
    forward = tf.function(lambda: trainee(images, training=True))
    return {
        "recipe": recipe.name,
        "batch_size": recipe.batch_size,
        "precision": dtype_policy(recipe),
        "data": milliseconds(lambda: next(batches), n_calls),
        "step": milliseconds(step, n_calls),
        "forward": milliseconds(lambda: forward().numpy(), n_calls),
        "n_parts": n_parts,
        "layers": _layers(tf, network, len(images) // n_parts, n_calls),
    }


def _layers(tf: Any, network: Any, n: int, n_calls: int) -> dict[str, dict[str, float | str]]:
    """Return the times of every layer; of pooling, also written as a maximum of four slices."""
    from keras import layers, ops

    times: dict[str, dict[str, float | str]] = {}
    learnt_before = False
    for layer in network.layers:
        # No gradient goes back beyond the first layer that learns.
        learns = bool(layer.trainable_variables)
        times[layer.name] = _layer(
            tf, layer, n, n_calls, back=learnt_before or learns, to_inputs=learnt_before
        )
        learnt_before = learnt_before or learns
        if isinstance(layer, layers.MaxPooling2D):
            height, width = (side // 2 * 2 for side in layer.input.shape[1:3])

            def pool(x: Any, height: int = height, width: int = width) -> Any:
                above, below = x[:, 0:height:2, :width], x[:, 1:height:2, :width]
                rows = ops.maximum(above, below)
                return ops.maximum(rows[:, :, 0::2], rows[:, :, 1::2])

            sliced = layers.Lambda(pool, dtype=layer.dtype_policy)
            sliced(layer.input)
            times[f"{layer.name}, as slices"] = _layer(tf, sliced, n, n_calls, back=True, to_inputs=True)
    return times


def _layer(
    tf: Any, layer: Any, n: int, n_calls: int, *, back: bool, to_inputs: bool
) -> dict[str, float | str]:
    """Return one layer's time forward, and forward and back together."""
    kind = layer.compute_dtype if layer.input.dtype != "uint8" else "uint8"
    inputs = tf.cast(tf.random.uniform((n, *layer.input.shape[1:]), 0, 1), kind)
    upstream = tf.random.normal((n, *layer.output.shape[1:]))
    forward = tf.function(lambda: layer(inputs, training=True))

    @tf.function  # type: ignore[untyped-decorator]
    def both() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            answer = layer(inputs, training=True)
        sources = [*(each.value for each in layer.trainable_variables), *([inputs] if to_inputs else [])]
        return tape.gradient(answer, sources, tf.cast(upstream, answer.dtype))

    times: dict[str, float | str] = {"kind": type(layer).__name__, "forward": milliseconds(forward, n_calls)}
    if back:
        times["forward_and_back"] = milliseconds(both, n_calls)
    return times


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the parts of a training step.")
    parser.add_argument("recipe")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--parts", type=int, help="of a batch; by default as in training")
    arguments = parser.parse_args()
    print(json.dumps(profile(arguments.recipe, arguments.calls, arguments.parts)))
