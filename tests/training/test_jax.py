"""On Keras's JAX backend, which accelerators are used by, a recipe trains and exports as it does on TensorFlow."""

import os
import subprocess
import sys

import numpy as np
import pytest

from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser

TRAIN = """
import sys
import numpy as np
from inkdigits.data.labelled import LabelledImages
from inkdigits.training.recipes import get_recipe
from inkdigits.training.train import train

with np.load(sys.argv[1]) as arrays:
    known = LabelledImages(arrays["images"], arrays["labels"], "known")
    other = LabelledImages(arrays["test_images"], arrays["test_labels"], "other")
settings = {"epochs": 4, "batch_size": 64, "precision": "float32", "steps_per_execution": 4}
print(train(get_recipe("fast").override(settings), known, other, run=sys.argv[2]).evaluation.accuracy)
"""


@pytest.mark.slow
def test_a_recipe_trains_on_jax(small_train, small_test, tmp_path):
    np.savez(
        tmp_path / "data.npz",
        images=small_train.images,
        labels=small_train.labels,
        test_images=small_test.images,
        test_labels=small_test.labels,
    )
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, tmp_path / "data.npz", tmp_path / "run"],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    accuracy = float(done.stdout.split()[-1])
    scores = OnnxRecogniser(tmp_path / "run" / "model.onnx").score(small_test.images)
    assert (scores.labels == small_test.labels).mean() == accuracy
    assert accuracy > 0.5
