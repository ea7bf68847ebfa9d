"""What every recogniser receives and returns: checks of shape, type and range."""

import numpy as np
import pytest

from inkdigits.contract import Scores, check_digit_images, check_labels
from inkdigits.errors import DataError


def test_one_image_becomes_a_batch_and_a_view_becomes_contiguous() -> None:
    image = np.arange(28 * 28, dtype=np.uint16).reshape(28, 28).astype(np.uint8)
    assert check_digit_images(image).shape == (1, 28, 28)
    turned = check_digit_images(np.stack([image, image]).transpose(0, 2, 1))
    assert turned.flags.c_contiguous
    np.testing.assert_array_equal(turned[0], image.T)
    assert check_digit_images(np.zeros((0, 28, 28), np.uint8)).shape == (0, 28, 28)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 28, 28), np.float32),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros(28, np.uint8),
        "seven",
        None,
    ],
)
def test_other_images_are_refused(images: object) -> None:
    with pytest.raises(DataError, match=r"^expected digit images, uint8 of shape \(n, 28, 28\).*but got"):
        check_digit_images(images)


@pytest.mark.parametrize("labels", [[1.0, 2.0], [1], [[1, 2]], [-1, 2], [1, 10], ["1", "2"], None])
def test_other_labels_are_refused(labels: object) -> None:
    with pytest.raises(DataError, match=r"^expected (2 integer labels|labels from 0 to 9).*but got"):
        check_labels(labels, 2)


def test_labels_become_int64() -> None:
    found = check_labels(np.array([0, 9], np.uint8), 2)
    assert (found.dtype, found.tolist()) == (np.int64, [0, 9])
    assert check_labels(np.zeros(0, np.int32), 0).shape == (0,)


def test_the_label_of_scores_is_the_most_probable_digit() -> None:
    probabilities = np.full((2, 10), 0.05, np.float32)
    probabilities[[0, 1], [3, 8]] = 0.55
    scores = Scores(probabilities, np.ones(2, np.float32))
    assert scores.labels.tolist() == [3, 8]
    assert scores.confidences.tolist() == pytest.approx([0.55, 0.55])
