"""A user's own labelled images and pictures, brought into the form that networks are trained and measured on."""

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
    """Return labelled digit images, one digit a picture.

    Parameters
    ----------
    data
        Images of any size, or picture files with one digit each.
    normalise
        Bring the images into MNIST's normal form even where they are 28x28 already; others always are.
    reader
        Finds the digit in a picture; by default one with the shipped model.
    progress
        Called as ``progress(message, done, total)`` with the number of pictures.

    Returns
    -------
    LabelledImages
        ``uint8`` (n, 28, 28), ink 255 on background 0. A picture without ink becomes an empty image.

    Raises
    ------
    DataError
        If a label has several digits.
    PictureError
        If a picture cannot be read.
    """
    if isinstance(data, LabelledImages):
        if data.images.shape[1:] == (SIDE, SIDE) and not normalise:
            return data
        pictures, labels = list(data.images), data.labels
    else:
        if not data.is_single:
            raise DataError(
                f"{data.name} should show one digit a picture, but some labels have several; "
                "whole numbers can be evaluated but not trained on"
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
