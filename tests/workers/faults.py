"""Pictures that provoke faults in the worker that gets them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Fault:
    """A picture that is a call: a worker makes the call when it unpickles the picture."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self._call


def run_code(code: str) -> Fault:
    """Return a picture that runs Python code in the worker."""
    return Fault(exec, code)


def wait_for_file(path: Path) -> Fault:
    """Return a picture that is an error of its own as soon as a file exists, and creates another one when it begins.

    A worker is then occupied for as long as the test wants, however slow the machine is.
    """
    return run_code(
        f"import pathlib, time\npath = pathlib.Path({str(path)!r})\npath.with_suffix('.begun').touch()\n"
        "while not path.exists(): time.sleep(0.005)"
    )


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true; a minute is too long for any machine."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


BUSY = r"import re; re.match(r'(a+)+$', 40 * 'a' + 'b')"
"""Code that computes in native code for years, and holds the lock of the interpreter."""


def draw_digit(label: int) -> NDArray[np.uint8]:
    """Draw a 1, dark on white, whose height depends on the label, so that readings differ by their boxes."""
    picture = np.full((64, 48), 255, np.uint8)
    picture[8 : 30 + 2 * label, 21:26] = 0
    return picture
