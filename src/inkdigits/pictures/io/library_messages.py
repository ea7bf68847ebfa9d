"""Suppression of the messages that libraries print to stderr about damaged files."""

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator

_STDERR = 2
"""File descriptor of stderr, to which libraries in C print, whatever `sys.stderr` is."""

_lock = threading.Lock()

# Pillow logs some faults as errors, and Python prints them to stderr unless logging is set up; who has set it up gets
# them still.
logging.getLogger("PIL").addHandler(logging.NullHandler())


@contextlib.contextmanager
def suppress_library_messages() -> Iterator[None]:
    """Suppress what libraries print to stderr in the context.

    LibTIFF prints a line for each fault of a file, which would follow or precede our own line, and Pillow offers no
    way to change that. What another thread prints meanwhile is lost too, so the context should be as short as possible.
    """
    with _lock, contextlib.ExitStack() as stack:
        try:
            saved = os.dup(_STDERR)
            stack.callback(os.close, saved)
            null = os.open(os.devnull, os.O_WRONLY)
            stack.callback(os.close, null)
        except OSError:  # stderr is closed, so nothing can be printed
            yield
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(null, _STDERR)
        try:
            yield
        finally:
            os.dup2(saved, _STDERR)
