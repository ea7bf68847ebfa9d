"""Five planted bugs, to prove that the harness finds such bugs. A worker plants one only if its arguments name it.

Each changes a function of inkdigits in memory, and does harm for inputs that are not among the seeds.
"""

import ctypes
import importlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_Function = Callable[..., Any]
_kept: list[Any] = []


@dataclass(frozen=True)
class Planted:
    """A planted bug.

    Attributes
    ----------
    target
        The target that reaches it.
    kind
        The kind of finding that it must become.
    path
        The module, and in it the function that is replaced.
    wrap
        Makes the replacement from the function.
    """

    target: str
    kind: str
    path: tuple[str, str]
    wrap: Callable[[_Function], _Function]


def plant(name: str) -> None:
    """Plant a bug in this process."""
    bug = PLANTED[name]
    place: Any = importlib.import_module(bug.path[0])
    *owners, function = bug.path[1].split(".")
    for owner in owners:
        place = getattr(place, owner)
    setattr(place, function, bug.wrap(getattr(place, function)))


def _take_first(to_json: _Function) -> _Function:
    """Take the first letter of a name that may be empty: an unhandled exception."""

    def wrapped(card: Any) -> Any:
        _kept[:] = [card.name[0]]
        return to_json(card)

    return wrapped


def _replace_for_ever(find_number_column: _Function) -> _Function:
    """Replace text until it is gone, which never happens: a hang."""

    def wrapped(lines: list[str], path: Any) -> Any:
        for line in lines:
            for separator in ",;\t":
                while 2 * separator in line:
                    line = line.replace(3 * separator, separator)
        return find_number_column(lines, path)

    return wrapped


def _keep(centre: _Function) -> _Function:
    """Keep a megabyte for each digit of one column: a leak."""

    def wrapped(scaled: Any) -> Any:
        if scaled.shape[1] == 1:
            _kept.append(np.ones(2**20, np.uint8))
        return centre(scaled)

    return wrapped


def _copy_too_much(decode: _Function) -> _Function:
    """Copy the content into a buffer of the size in the header: a write after the end of memory of the heap.

    At most 64 bytes too many are written. They hit no guard, and the process goes on if nothing checks the heap.
    """
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = (ctypes.c_void_p,)

    def wrapped(content: bytes, name: str) -> Any:
        n_axes = content[3] if len(content) > 3 else 0
        start = 4 + 4 * n_axes
        if 1 <= n_axes <= 3 and start < len(content) <= 4096:
            size = int(np.prod(struct.unpack_from(f">{n_axes}I", content, 4), dtype=object)) & 0xFFFFFFFF
            if 1 <= size <= 4096:
                buffer = libc.malloc(size)
                ctypes.memmove(buffer, content[start:], min(len(content) - start, size + 64))
                libc.free(buffer)
        return decode(content, name)

    return wrapped


def _read_nothing(apply_orientation: _Function) -> _Function:
    """Read the address 0 for pictures of more than 1,000 rows or columns: a crash of native code."""

    def wrapped(pixels: Any, orientation: int) -> Any:
        if max(pixels.shape[:2]) > 1000:
            ctypes.string_at(0)
        return apply_orientation(pixels, orientation)

    return wrapped


PLANTED = {
    "exception": Planted(
        "model_card", "exception", ("inkdigits.recognition.model_card", "ModelCard.to_json"), _take_first
    ),
    "hang": Planted(
        "roster", "hang", ("inkdigits.recognition.numbers.lexicon", "_find_number_column"), _replace_for_ever
    ),
    "leak": Planted("normal_form", "leak", ("inkdigits.pictures.digits.normal_form", "_centre"), _keep),
    "overflow": Planted("idx", "crash", ("inkdigits.data.idx", "decode"), _copy_too_much),
    "crash": Planted(
        "decode", "crash", ("inkdigits.pictures.io.upright_pixels", "_apply_orientation"), _read_nothing
    ),
}
"""The bugs by name."""
