"""Data parallelism on CPU cores: each core computes one part of every batch.

If all cores share the work of each layer, they synchronise after every layer, and many operations of a small network
are not parallel at all. If each core computes forward and backward pass of its part of the batch, they synchronise once
per step, when the gradients are summed. On two cores a step of 128 images with the classic network takes 3.9 ms
in place of 5.4 ms (`benchmarks/results/training-speed.json`).
"""

import itertools
import os
from typing import Any

import keras
from keras import ops

SMALLEST_PART = 32
"""Smallest number of images per part for which data parallelism is faster."""


def count_parts(smallest_batch: int) -> int:
    """Return the number of parts of a batch on this machine.

    Parameters
    ----------
    smallest_batch
        Number of images in the smallest batch of the training; no part may be empty.
    """
    # Other backends than TensorFlow parallelise the work themselves.
    if keras.backend.backend() != "tensorflow":
        return 1
    return max(1, min(_count_cores(), smallest_batch // SMALLEST_PART))


def configure_threads(n_parts: int) -> None:
    """Configure TensorFlow to run ``n_parts`` parts in parallel, each on its share of the cores.

    TensorFlow accepts this only before its first operation; later calls have no effect.
    """
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    try:
        tf.config.threading.set_inter_op_parallelism_threads(max(2, n_parts))
        tf.config.threading.set_intra_op_parallelism_threads(max(1, _count_cores() // n_parts))
    except RuntimeError:
        return


@keras.saving.register_keras_serializable("inkdigits")
class DataParallel(keras.Model):  # type: ignore[misc]
    """A network that computes each batch in parallel parts.

    Parameters
    ----------
    network
        The network; the variables are shared.
    n_parts
        Number of parts; a batch has at least as many images.
    """

    def __init__(self, network: keras.Model, n_parts: int) -> None:
        super().__init__(name=network.name)
        self.network = network
        self.n_parts = n_parts

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Return the network's outputs for a batch."""
        n = ops.shape(images)[0]
        bounds = [n * part // self.n_parts for part in range(self.n_parts + 1)]
        outputs = [
            self.network(images[start:end], training=training) for start, end in itertools.pairwise(bounds)
        ]
        return keras.tree.map_structure(lambda *parts: ops.concatenate(parts), *outputs)


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
