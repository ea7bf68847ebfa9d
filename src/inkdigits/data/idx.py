"""The IDX file format of MNIST: a big-endian header, then bytes in row-major order.

Source: Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*, section "File formats".
"""

import struct

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError

_UNSIGNED_BYTE = 0x08


def header(shape: tuple[int, ...]) -> bytes:
    """Return the IDX header of an array of unsigned bytes: 4 bytes, and 4 more for each axis."""
    return struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTE, len(shape), *shape)


def encode(array: NDArray[np.uint8]) -> bytes:
    """Encode a ``uint8`` array of any shape as the content of an IDX file."""
    return header(array.shape) + array.tobytes()


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the content of an IDX file.

    Parameters
    ----------
    content
        The uncompressed content of the file.
    name
        The file's name in error messages.

    Returns
    -------
    ndarray
        ``uint8`` of the shape in the header, a read-only view of ``content``.

    Raises
    ------
    DataError
        If the header is not that of an IDX file of unsigned bytes, or if the size does not match it.
    """
    if len(content) < 4 or content[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        raise DataError(
            f"{name} is not an IDX file of unsigned bytes: expected it to start with the bytes 00 00 08, "
            f"but found {content[:4].hex(' ') or 'nothing'}; download it again"
        )
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise DataError(f"{name} ends within its IDX header, after {len(content)} bytes; download it again")
    shape = struct.unpack_from(f">{n_axes}I", content, 4)
    expected = start + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise DataError(
            f"{name} should have {expected:,} bytes according to its IDX header, "
            f"but has {len(content):,}; download it again"
        )
    try:
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    except ValueError as error:  # more axes, or longer ones, than NumPy supports
        raise DataError(
            f"{name} has an impossible shape in its IDX header ({error}); download it again"
        ) from error
