"""Largest size of a picture, and the size to which it is scaled down."""

from inkdigits.errors import PictureError
from inkdigits.files.limits import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS

MAX_BYTES = MAX_PICTURE_BYTES
"""Size of the largest file that is decoded, in bytes."""

MAX_PIXELS = MAX_PICTURE_PIXELS
"""Number of pixels of the largest picture that is decoded."""

WORKING_PIXELS = 4_000_000
"""Number of pixels to which a larger picture is scaled down: an A4 page at 200 dots per inch, with digits about
30 pixels high."""


def check_size(width: int, height: int, name: str) -> None:
    """Reject a picture without pixels, or with more than `MAX_PIXELS`.

    Parameters
    ----------
    width, height
        In pixels.
    name
        Name of the picture in the message.

    Raises
    ------
    PictureError
        If there are no or too many pixels.
    """
    if width < 1 or height < 1:
        raise PictureError(f"{name} is empty: it is {width} x {height} pixels")
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{name} is too large: {width} x {height} pixels, at most {MAX_PIXELS // 10**6} million are read; "
            "scale it down or crop it first"
        )


def check_bytes(n_bytes: int, name: str) -> None:
    """Reject a file without content, or of more than `MAX_BYTES`.

    Parameters
    ----------
    n_bytes
        Size of the file.
    name
        Name of the file in the message.

    Raises
    ------
    PictureError
        If the file is empty or too large.
    """
    if n_bytes == 0:
        raise PictureError(f"{name} is empty: expected a picture, but the file has no bytes")
    if n_bytes > MAX_BYTES:
        raise PictureError(
            f"{name} is too large: at most {MAX_BYTES // 2**20} MB are read; scale it down or crop it first"
        )
