"""The real MNIST, wherever this machine gets it from, against figures that others published."""

import numpy as np
import pytest

from inkdigits.data import KNOWN_LABEL_ERRORS, Mnist, mnist_status


def test_as_many_images_of_each_digit_as_published(mnist: Mnist) -> None:
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(mnist.train.labels).tolist() == train
    assert np.bincount(mnist.test.labels).tolist() == test


@pytest.mark.slow
def test_mean_and_deviation_are_those_that_everyone_normalises_with(mnist: Mnist) -> None:
    counts = np.bincount(mnist.train.images.ravel(), minlength=256)
    values = np.arange(256) / 255
    mean = np.average(values, weights=counts)
    assert round(mean, 4) == 0.1307
    assert round(np.sqrt(np.average((values - mean) ** 2, weights=counts)), 4) == 0.3081


def test_digests_never_change(mnist: Mnist) -> None:
    # Runs and model cards hold these.
    assert mnist.train.sha256 == "c5097fdd51cfdbe7695fd9df3612695696864b5c424f58d843ffdc5d335e9914"
    assert mnist.sha256 == "6437e967bba6b893657eb1dbfb361556306c1d83a5ecef165f18c4338bab7b6b"


def test_known_label_errors_are_where_their_finders_saw_these_labels(mnist: Mnist) -> None:
    # The labels that Northcutt et al. published as given, in the order of the indices.
    given = [8, 0, 9, 4, 2, 5, 6, 6, 5, 5, 0, 1, 4, 6, 5]
    assert mnist.test.labels[list(KNOWN_LABEL_ERRORS)].tolist() == given


def test_it_is_whole_once_it_was_loaded(mnist: Mnist) -> None:
    assert len(mnist.train) == 60_000
    assert mnist_status(verify=True).state == "whole"
