"""The normal form of a digit: crops of ink of any size, and pictures of one digit."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fuzz.targets.target import Target
from inkdigits.contract import SIDE
from inkdigits.pictures.digits.normal_form import is_normal, normalise
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.reader import propose_candidates

_MAX_SIDE = 128

_CLEAR = 64
"""Level of ink of which a single pixel remains when a picture of `_MAX_SIDE` is scaled down: 64 / (128 / 20)² > 1."""


def run(data: bytes) -> None:
    """Normalise a picture as a crop of ink, and find the digit in it."""
    picture = build_picture(data)
    given = picture.copy()
    image = normalise(picture)
    check_digit_image(image)
    assert picture.any() or not image.any(), "ink was made"
    # Of fainter pixels, scaled down, nothing may remain.
    assert image.any() or picture.max() < _CLEAR, "ink was lost"
    is_normal(picture)
    decoded = decode(picture)
    size = decoded.given_size
    assert size == picture.shape[::-1]
    for candidate in propose_candidates(decoded):
        x, y, width, height = candidate.box
        assert 0 <= x <= x + width <= size[0], f"the box {candidate.box} is not in the picture"
        assert 0 <= y <= y + height <= size[1], f"the box {candidate.box} is not in the picture"
        check_digit_image(candidate.image)
    assert np.array_equal(picture, given), "the picture was changed"


def check_digit_image(image: NDArray[np.uint8]) -> None:
    """Check the shape and the type of an image in normal form."""
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.uint8


def build_picture(data: bytes) -> NDArray[np.uint8]:
    """Build a grey picture: two bytes of size, two of the size of the stored pixels, which are enlarged to it."""
    height, width, rows, columns = (1 + each for each in (data + bytes(4))[:4])
    height, width = min(height, _MAX_SIDE), min(width, _MAX_SIDE)
    rows, columns = min(rows, height), min(columns, width)
    stored = np.resize(np.frombuffer(data[4:] or b"\0", np.uint8), (rows, columns))
    return np.asarray(cv2.resize(stored, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def make_seeds() -> list[bytes]:
    """Make drawn digits of several sizes, light and dark, thin and thick, and pictures of one level."""
    made = [bytes((9, 9, 0, 0, level)) for level in (0, 255)]
    for side, thickness in ((28, 2), (28, 4), (60, 1), (90, 12)):
        picture = np.zeros((side, side), np.uint8)
        cv2.ellipse(picture, (side // 2, side // 2), (side // 5, side // 3), 10, 0, 300, 255, thickness)
        sizes = bytes([side - 1] * 4)
        made += [sizes + picture.tobytes(), sizes + (255 - picture // 2).tobytes()]
    return made


TARGET = Target(run, make_seeds, tokens=(b"\0" * 28, b"\xff" * 28, b"\x80"), max_bytes=10_000)
