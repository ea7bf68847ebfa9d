"""Inference calls: the calls of each engine, with a given number of threads.

They are timed in a separate process for each engine and number of cores (`worker`), so that thread pools do not affect
each other.
"""

import os
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Way: TypeAlias = Callable[[Any], Any]
"""Takes digit images, ``uint8`` (n, 28, 28), and returns probabilities, (n, 10)."""

ENGINES = ("keras", "onnxruntime", "openvino-float32", "openvino-bfloat16", "openvino-int8")


def ways_of(engine: str, model: str, n_threads: int) -> dict[str, Way]:
    """Return the calls of one engine by name, each ready to be timed.

    Parameters
    ----------
    engine
        One of `ENGINES`.
    model
        Path of the ``.onnx`` file; ignored for ``keras``, which uses the network of the baseline.
    n_threads
        Threads within one call.
    """
    if engine == "keras":
        return _keras(n_threads)
    if engine == "onnxruntime":
        return _onnxruntime(model, n_threads)
    from inkdigits.recognition.engines.openvino import OpenVinoRecogniser

    # Of an int8 model, what is left in floating point is computed as is fastest.
    precision = {"openvino-float32": "float32", "openvino-bfloat16": "bfloat16"}.get(engine)
    recogniser = OpenVinoRecogniser(model, n_threads, precision)
    return {"score": lambda images: recogniser.score(images).probabilities}


def _keras(n_threads: int) -> dict[str, Way]:
    """Return the network of Keras's example, untrained; the calls include the conversion to floats."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    from benchmarks.speed.baselines.keras_mnist import build_model

    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(n_threads)
    keras.utils.set_random_seed(0)
    network = build_model()

    def floats(images: Any) -> Any:
        return images[..., np.newaxis].astype("float32") / 255

    return {
        # The default, 32 at a time, would be slower in large batches: the comparator is given its best.
        "predict": lambda images: network.predict(floats(images), batch_size=len(images), verbose=0),
        "call": lambda images: network(floats(images), training=False).numpy(),
    }


def _onnxruntime(model: str, n_threads: int) -> dict[str, Way]:
    """Return a direct call of the engine, and the same call through the recogniser."""
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.recognition.engines.session import import_onnxruntime
    from inkdigits.recognition.model_files.kinds import CLASSIFIER
    from inkdigits.recognition.model_files.model_file import read_model_file

    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    recogniser = OnnxRecogniser(model, n_threads)
    content = read_model_file(recogniser.path, CLASSIFIER).content
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return {
        "bare": lambda images: session.run(["probabilities"], {"images": images})[0],
        "score": lambda images: recogniser.score(images).probabilities,
    }
