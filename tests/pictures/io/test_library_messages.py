"""Messages of libraries in C are suppressed, and only in the context."""

import os

import pytest

from inkdigits.pictures.io.library_messages import suppress_library_messages


def print_and_fail() -> None:
    with suppress_library_messages():
        os.write(2, b"within\n")
        raise ValueError("passes")


def test_nothing_is_printed_in_the_context(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before\n")
    with pytest.raises(ValueError, match="passes"):
        print_and_fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"
    n_open = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0  # noqa: PTH112, PTH208
    for _ in range(3):
        with suppress_library_messages():
            pass
    assert n_open == (len(os.listdir("/proc/self/fd")) if n_open else 0)  # noqa: PTH208
