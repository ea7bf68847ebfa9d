"""The form of a fuzz target."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A part of inkdigits that reads bytes from strangers.

    Attributes
    ----------
    run
        Reads the bytes and checks the result with ``assert``. An exception is a finding, unless it is of the classes
        ``refusals`` and has a message of one line.
    make_seeds
        Makes valid inputs, from which others are derived.
    refusals
        The errors with which an input may be refused.
    tokens
        Byte strings that the format uses; mutations insert them.
    prepare
        Called once by a process that executes inputs, before the first one.
    max_bytes
        Size of the longest generated input.
    seconds_per_input
        Limit for one input. It is generous, because the machine may be busy: a finding is a hang, not a slow picture.
    share
        Share of the time of a campaign, relative to the other targets.
    """

    run: Callable[[bytes], None]
    make_seeds: Callable[[], Iterable[bytes]]
    refusals: tuple[type[Exception], ...] = ()
    tokens: tuple[bytes, ...] = ()
    prepare: Callable[[], None] = lambda: None
    max_bytes: int = 4096
    seconds_per_input: float = 20.0
    share: float = 1.0
