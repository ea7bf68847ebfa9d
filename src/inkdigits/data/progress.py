"""How long work tells whoever is watching how far it is, without knowing how that is shown."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called as ``progress(message, done, total)``: what is being done, and how much of how much is finished.

``done`` runs from 0 to ``total``; a total of 0 means that nobody can tell how long it takes."""


def ignore_progress(message: str, done: int, total: int) -> None:
    """Watch nothing: the progress of whoever gave none."""
