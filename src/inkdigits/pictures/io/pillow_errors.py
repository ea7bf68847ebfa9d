"""Conversion of Pillow's exceptions to errors of one line."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from inkdigits.errors import PictureError

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""Exceptions that Pillow's decoders raise on damaged files."""


@contextmanager
def convert_errors(name: str) -> Iterator[None]:
    """Convert exceptions that Pillow raises in the context to a `PictureError` of one line.

    Pillow's warnings are ignored. Sizes are checked separately, but Pillow also checks those of parts of a picture.

    Parameters
    ----------
    name
        Name of the picture in the message.
    """
    from PIL.Image import DecompressionBombError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except (*DAMAGE, DecompressionBombError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise PictureError(f"{name} is damaged or cut off: {reason[:150]}") from error
