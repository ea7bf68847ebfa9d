"""A batch divided over the cores: each works through its own part of every step.

Layers that share all cores wait for one another after every one of them, and the smaller half of a small network's work
cannot be shared at all. Where each core takes a part of the batch through the whole network and back, they meet once a
step, when the gradients are added: a step of 128 images takes the classic network 3.9 ms in place of 5.4 on two cores
(`benchmarks/results/training-speed.json`).
"""

import itertools
import os
from typing import Any

import keras
from keras import ops

SMALLEST_PART = 32
"""Fewer images than this are not worth a core's part of a step."""


def count_parts(smallest_batch: int) -> int:
    """Return in how many parts a batch is divided here.

    Parameters
    ----------
    smallest_batch
        Images in the smallest batch of the training; what a batch is divided into must hold some of each.
    """
    # Elsewhere than on TensorFlow's CPU the backend divides the work itself.
    if keras.backend.backend() != "tensorflow":
        return 1
    return max(1, min(_count_cores(), smallest_batch // SMALLEST_PART))


def give_each_part_its_cores(n_parts: int) -> None:
    """Let ``n_parts`` parts run side by side, each on its share of the cores.

    TensorFlow takes this before its first operation alone; in a process that has used it already nothing changes.
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
    """A network that takes each batch in parts, side by side.

    Parameters
    ----------
    network
        The network; its variables are this one's.
    n_parts
        Number of parts; a batch holds at least as many images.
    """

    def __init__(self, network: keras.Model, n_parts: int) -> None:
        super().__init__(name=network.name)
        self.network = network
        self.n_parts = n_parts

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Return the network's answers to a batch, in its order."""
        n = ops.shape(images)[0]
        cuts = [n * part // self.n_parts for part in range(self.n_parts + 1)]
        answers = [
            self.network(images[start:end], training=training) for start, end in itertools.pairwise(cuts)
        ]
        return keras.tree.map_structure(lambda *parts: ops.concatenate(parts), *answers)


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
