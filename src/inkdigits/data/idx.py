"""The IDX format, in which MNIST is published: a big-endian header, then bytes in row-major order.

Source: Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*, section "File formats".
"""

import struct

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError

_UNSIGNED_BYTE = 0x08


def header(shape: tuple[int, ...]) -> bytes:
    """Return the IDX header of unsigned bytes of a shape: 4 bytes, and 4 more for each axis."""
    return struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTE, len(shape), *shape)


def encode(array: NDArray[np.uint8]) -> bytes:
    """Return the content of the IDX file that holds a ``uint8`` array of any shape."""
    return header(array.shape) + array.tobytes()


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """Return the array of an IDX file's content.

    Parameters
    ----------
    content
        The whole file, not compressed.
    name
        What to call the file in an error.

    Returns
    -------
    ndarray
        ``uint8`` of the shape that the header gives, a read-only view of ``content``.

    Raises
    ------
    DataError
        If the header is none of unsigned bytes, or tells of more or fewer bytes than there are.
    """
    if len(content) < 4 or content[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        raise DataError(
            f"{name} is no IDX file of unsigned bytes: it should start with the bytes 00 00 08, "
            f"but starts with {content[:4].hex(' ') or 'nothing'}; fetch it again"
        )
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise DataError(f"{name} ends inside its IDX header, after {len(content)} bytes; fetch it again")
    shape = struct.unpack_from(f">{n_axes}I", content, 4)
    expected = start + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise DataError(
            f"{name} should have {expected:,} bytes by its IDX header, "
            f"but has {len(content):,}; fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
