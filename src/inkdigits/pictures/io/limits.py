"""How large a picture may be, and the size that it is worked on."""

from inkdigits.errors import PictureError

MAX_BYTES = 64 * 2**20
"""Size of the largest file that is read, in bytes."""

MAX_PIXELS = 150_000_000
"""Pixels of the largest picture that is decoded."""

WORKING_PIXELS = 4_000_000
"""Pixels that a picture is scaled down to: an A4 page at 200 dots per inch, digits some 30 pixels high."""


def check_size(width: int, height: int, name: str) -> None:
    """Refuse a picture without pixels, or with more than `MAX_PIXELS`."""
    if width < 1 or height < 1:
        raise PictureError(f"{name} is empty: it is {width} x {height} pixels")
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{name} is too large: {width} x {height} pixels, where {MAX_PIXELS // 10**6} million are read; "
            "scale it down or crop it first"
        )


def check_bytes(n_bytes: int, name: str) -> None:
    """Refuse a file without content, or of more than `MAX_BYTES`."""
    if n_bytes == 0:
        raise PictureError(f"{name} is empty: expected a picture, but there are no bytes in it")
    if n_bytes > MAX_BYTES:
        raise PictureError(
            f"{name} is too large: over {MAX_BYTES // 2**20} MB, which is the most that is read; "
            "scale it down or crop it first"
        )
