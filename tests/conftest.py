"""Data that many tests share."""

import os

import numpy as np
import pytest
from hypothesis import settings

from inkdigits.data import LabelledImages, Mnist, load_mnist

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# A busy machine makes single examples slow, and a test that fails only now and then teaches to ignore it.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    return load_mnist()


@pytest.fixture(scope="session")
def small_train(mnist: Mnist) -> LabelledImages:
    """A thousand training images, every digit among them."""
    return mnist.train[:1000]


@pytest.fixture(scope="session")
def small_test(mnist: Mnist) -> LabelledImages:
    """Images to test small trainings on: training images that they do not see."""
    return LabelledImages(mnist.train.images[-500:], mnist.train.labels[-500:].astype(np.int64), "small-test")
