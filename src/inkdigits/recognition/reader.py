"""From a picture to its reading: the whole reading river in one object."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.pictures.decode import PictureSource, decode
from inkdigits.pictures.ink import find_ink
from inkdigits.pictures.normalise import is_normal, normalise
from inkdigits.pictures.segment import one_digit
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.onnx_recogniser import load_recogniser
from inkdigits.recognition.reading import Box, Digit, Number, Reading


class Reader:
    """Reads pictures with one model.

    Parameters
    ----------
    model
        The name of a shipped model, the path of an ``.onnx`` file, or any `Recogniser`; by default
        the shipped model that is best on real pictures.
    n_threads
        Threads within one call of the model, where it is loaded here.
    """

    def __init__(
        self, model: "str | os.PathLike[str] | Recogniser | None" = None, n_threads: int | None = None
    ) -> None:
        if model is None or isinstance(model, (str, os.PathLike)):
            self.recogniser: Recogniser = load_recogniser(model, n_threads)
        else:
            self.recogniser = model
        card = getattr(self.recogniser, "card", None)
        self.card: ModelCard = card if isinstance(card, ModelCard) else ModelCard()

    def read(self, picture: PictureSource) -> Reading:
        """Read a picture.

        Parameters
        ----------
        picture
            A path, the bytes of a file, an open file, a Pillow image or an array.

        Returns
        -------
        Reading
            A refused digit is an answer; see `Digit.rejected`.

        Raises
        ------
        PictureError
            If the picture cannot be read as one.
        """
        image, box, size = digit_image(picture)
        if image is None:
            return _reading(Digit(None, 1.0, box, (), rejection.BLANK), size)
        scores = self.recogniser.score(image[np.newaxis])
        return _reading(self._digit(scores.probabilities[0], float(scores.is_digit[0]), box, image), size)

    def _digit(
        self, probabilities: NDArray[np.float32], is_digit: float, box: Box, image: NDArray[np.uint8]
    ) -> Digit:
        values: list[float] = probabilities.tolist()
        ranked = sorted(range(len(values)), key=values.__getitem__, reverse=True)
        label = ranked[0]
        return Digit(
            label,
            values[label],
            box,
            tuple((other, values[other]) for other in ranked[1:]),
            rejection.reason_to_refuse(self.card, values[label], is_digit, box[2:]),
            image,
        )


def digit_image(picture: PictureSource) -> tuple[NDArray[np.uint8] | None, Box, tuple[int, int]]:
    """Bring a picture of one digit into MNIST's normal form.

    Parameters
    ----------
    picture
        As in `Reader.read`.

    Returns
    -------
    image : ndarray or None
        ``uint8`` of shape (28, 28), ink 255 on paper 0; None where there is no ink.
    box : tuple of int
        x, y, width and height of the digit in pixels of the picture as it was given.
    size : tuple of int
        Width and height of the picture as it was given.
    """
    decoded = decode(picture)
    pixels = decoded.pixels
    size = decoded.given_size
    if is_normal(pixels):
        return pixels, (0, 0, *size), size
    ink = find_ink(pixels)
    crop = one_digit(ink.map)
    if crop is None:
        return None, (0, 0, *size), size
    across, down = decoded.scale
    x, y, width, height = crop.box
    box = round(x * across), round(y * down), max(1, round(width * across)), max(1, round(height * down))
    return normalise(crop.ink), box, size


def _reading(digit: Digit, size: tuple[int, int]) -> Reading:
    number: Any = Number(digit.character, (digit,), digit.confidence, digit.box)
    return Reading((number,), size)


def read(picture: PictureSource, model: "str | os.PathLike[str] | Recogniser | None" = None) -> Reading:
    """Read one picture; for many, make one `Reader` and keep it.

    Parameters
    ----------
    picture, model
        As in `Reader.read` and `Reader`.
    """
    return Reader(model).read(picture)
