"""Quantisation of a model: weights and activations as int8, with ranges from training images.

Run as a program, it writes a model that both ONNX Runtime and OpenVINO can load.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from inkdigits.data import load_mnist
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.recognition.model_files.model_file import read_model_file

N_CALIBRATION = 1000
"""Training images whose activations set the ranges; the test images have no say."""


def quantise(model: str, path: Path) -> None:
    """Write a shipped model, or a file, as int8.

    Parameters
    ----------
    model
        Name of a shipped model, or the path of one.
    path
        The ``.onnx`` file to write.
    """
    # NNCF would report its use over the network.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import nncf
    import onnx

    images = load_mnist().train.images[:N_CALIBRATION]
    batches = np.split(images, N_CALIBRATION // 100)
    original = onnx.load_from_string(read_model_file(load_recogniser(model, 1).path, None).content)
    quantised = nncf.quantize(
        original,
        nncf.Dataset(batches, lambda batch: {"images": batch}),
        subset_size=len(batches),
        preset=nncf.QuantizationPreset.MIXED,
    )
    onnx.save(quantised, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Quantise a model after its training.")
    parser.add_argument("model")
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    quantise(arguments.model, arguments.path)
    print("null")
