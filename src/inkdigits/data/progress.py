"""The type of progress callbacks, which decouples long computations from the display of their progress."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called as ``progress(message, done, total)``, with a description of the current step.

``done`` runs from 0 to ``total``; a total of 0 means that the total is unknown."""


def ignore_progress(message: str, done: int, total: int) -> None:
    """Do nothing; the default progress callback."""
