"""Normalise labelled images and pictures to the digit images on which networks are trained and evaluated."""

import numpy as np

from inkdigits.contract import SIDE, check_labels
from inkdigits.data.labelled import LabelledImages, LabelledPictures
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError
from inkdigits.recognition.reader import Reader


def as_digit_images(
    data: LabelledImages | LabelledPictures,
    *,
    normalise: bool = False,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> LabelledImages:
    """Normalise labelled images or pictures to MNIST's form, one digit per picture.

    Parameters
    ----------
    data
        Images of any size, or picture files with one digit each, and their labels.
    normalise
        Whether to normalise images of 28 x 28 pixels too; images of other sizes are always normalised.
    reader
        The reader that finds the digit in a picture; by default one with the shipped model.
    progress
        Called after each picture as ``progress(message, done, total)``.

    Returns
    -------
    LabelledImages
        Images ``uint8`` (n, 28, 28), ink 255 on background 0. A picture without ink becomes an image of zeros.

    Raises
    ------
    DataError
        If a label has several digits, or is not a digit.
    PictureError
        If a picture cannot be decoded.
    """
    if isinstance(data, LabelledImages):
        if data.images.shape[1:] == (SIDE, SIDE) and not normalise:
            return data
        pictures, labels = list(data.images), data.labels
    else:
        if not data.is_single:
            raise DataError(
                f"expected one digit per picture in {data.name}, but some labels have several digits; "
                "pictures of whole numbers can be evaluated, but not used for training"
            )
        pictures, labels = list(data.paths), check_labels([int(label) for label in data.labels], len(data))
    images = np.zeros((len(pictures), SIDE, SIDE), np.uint8)
    progress = progress or ignore_progress
    reader = reader or Reader()
    for i, picture in enumerate(pictures):
        digits = reader.read(picture, layout="digit").digits
        if digits and digits[0].image is not None:
            images[i] = digits[0].image
        progress("Reading the pictures", i + 1, len(pictures))
    return LabelledImages(images, labels, data.name)
