"""The bridge between the two rivers: digit images, and the protocol of whatever recognises them."""

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
    """What a recogniser says of ``n`` digit images.

    Attributes
    ----------
    probabilities
        ``float32`` of shape (n, 10); row *i* sums to 1: which digit image *i* is, if it is one.
    is_digit
        ``float32`` of shape (n,), in [0, 1]: how far each image is a digit at all; 1 where the
        model has no opinion.
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
    """Anything that scores digit images: a shipped model, a Keras network, an ensemble, a fake."""

    def score(self, images: DigitImages) -> Scores:
        """Score ``n`` digit images; ``n`` may be 0.

        Parameters
        ----------
        images
            ``uint8`` of shape (n, 28, 28), ink 255 on background 0.
        """
        ...


def check_digit_images(images: object) -> DigitImages:
    """Return ``images`` as digit images, or say what is wrong with them.

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
        If the shape or the dtype is another one.
    """
    array = np.asarray(images)
    if array.ndim == 2:
        array = array[np.newaxis]
    if array.dtype != np.uint8 or array.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"digit images are uint8 of shape (n, {SIDE}, {SIDE}), ink 255 on background 0, but "
            f"these are {array.dtype} of shape {array.shape}; pictures of any other form go through Reader"
        )
    return np.ascontiguousarray(array)


def check_labels(labels: object, n: int) -> NDArray[np.int64]:
    """Return ``labels`` as ``int64`` of shape (n,), each from 0 to 9.

    Raises
    ------
    DataError
        If there are not ``n`` of them, or if one is no digit.
    """
    array = np.asarray(labels)
    if array.shape != (n,) or not np.issubdtype(array.dtype, np.integer):
        raise DataError(
            f"expected {n} whole-number labels, one an image, but got {array.dtype} of shape {array.shape}"
        )
    if n and not (array.min() >= 0 and array.max() < N_CLASSES):
        raise DataError(f"labels are digits from 0 to 9, but these run from {array.min()} to {array.max()}")
    return array.astype(np.int64)
