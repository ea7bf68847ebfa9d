"""Throughput of the matrix product on this machine, an upper bound for the speed of training.

Run as a program, it prints one JSON object: GFLOP/s by arithmetic, on all cores of the process.
"""

import argparse
import json
import time
from typing import Any

SIZES = (512, 1024, 2048)
"""Sides of the square matrices; the fastest size counts."""

FORWARD = 2 * (26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 1600 * 10)
"""Floating-point operations of one image through the classic network: two convolutions and the dense layer."""

TRAINING = 3 * FORWARD
"""The same in training: forward, and as much again for the gradients of inputs and of weights each."""


def measure(seconds: float) -> dict[str, float]:
    """Return GFLOP/s of the matrix product in float32 and in bfloat16.

    Parameters
    ----------
    seconds
        How long each arithmetic and each size is measured.
    """
    import tensorflow as tf

    found = {}
    for name, dtype in (("float32", tf.float32), ("bfloat16", tf.bfloat16)):
        found[name] = max(_measure_size(tf, dtype, size, seconds) for size in SIZES)
    return found


def _measure_size(tf: Any, dtype: Any, size: int, seconds: float) -> float:
    a, b = (tf.cast(tf.random.normal((size, size)), dtype) for _ in range(2))
    product = tf.function(tf.matmul)
    product(a, b)
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        product(a, b).numpy()
        best = min(best, time.perf_counter() - start)
    return round(2 * size**3 / best / 1e9, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the matrix product.")
    parser.add_argument("--seconds", type=float, default=2.0)
    print(json.dumps(measure(parser.parse_args().seconds)))
