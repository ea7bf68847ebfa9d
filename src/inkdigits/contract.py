"""The types that training and reading share: digit images, scores, and the protocol of a recogniser."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError

SIDE = 28
"""Height and width of a digit image, in pixels."""

N_CLASSES = 10
"""The digits 0 to 9."""

DigitImages: TypeAlias = NDArray[np.uint8]
"""Digit images in MNIST's normal form: ``uint8``, shape (n, 28, 28), ink 255 on background 0."""


@dataclass(frozen=True)
class Scores:
    """The output of a recogniser for ``n`` digit images.

    Attributes
    ----------
    probabilities
        ``float32`` of shape (n, 10); row *i* sums to 1: the probabilities of the classes 0 to 9 of image *i*.
    is_digit
        ``float32`` of shape (n,), in [0, 1]: the probability that each image is a digit; 1 if the
        model has no ``is_digit`` output.
    """

    probabilities: NDArray[np.float32]
    is_digit: NDArray[np.float32]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The most probable digit of each image, shape (n,)."""
        labels: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return labels

    @property
    def confidences(self) -> NDArray[np.float32]:
        """The probability of each image's most probable digit, shape (n,)."""
        confidences: NDArray[np.float32] = self.probabilities.max(axis=1)
        return confidences


@runtime_checkable
class Recogniser(Protocol):
    """Anything that scores digit images: a shipped model, a Keras network, an ensemble, a test double."""

    def score(self, images: DigitImages) -> Scores:
        """Score ``n`` digit images; ``n`` may be 0.

        Parameters
        ----------
        images
            ``uint8`` of shape (n, 28, 28), ink 255 on background 0.
        """
        ...


def check_digit_images(images: object) -> DigitImages:
    """Return ``images`` as a batch of digit images, after a check of shape and dtype.

    Parameters
    ----------
    images
        An array of shape (n, 28, 28) or a single image of shape (28, 28), ``uint8``.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28), C-contiguous.

    Raises
    ------
    DataError
        If the shape or the dtype is wrong.
    """
    array = np.asarray(images)
    if array.ndim == 2:
        array = array[np.newaxis]
    if array.dtype != np.uint8 or array.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"expected digit images, uint8 of shape (n, {SIDE}, {SIDE}), ink 255 on background 0, but got "
            f"{array.dtype} of shape {array.shape}; read pictures of any other form with Reader"
        )
    return np.ascontiguousarray(array)


def check_labels(labels: object, n: int) -> NDArray[np.int64]:
    """Return ``labels`` as ``int64`` of shape (n,), after a check that each is from 0 to 9.

    Raises
    ------
    DataError
        If the number of labels is not ``n``, or if a label is not a digit.
    """
    array = np.asarray(labels)
    if array.shape != (n,) or not np.issubdtype(array.dtype, np.integer):
        raise DataError(
            f"expected {n} integer labels, one per image, but got {array.dtype} of shape {array.shape}; "
            "give one label for each image"
        )
    if n and not (array.min() >= 0 and array.max() < N_CLASSES):
        raise DataError(
            f"expected labels from 0 to 9, but got labels from {array.min()} to {array.max()}; correct the labels"
        )
    return array.astype(np.int64)
