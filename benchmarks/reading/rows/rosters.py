"""The row of rosters: numbers with a list of 10,000 valid ones, in which most of them are."""

import time
from dataclasses import replace

import numpy as np

from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.pictures.sources import Sources
from benchmarks.reading.rows.numbers import separated, touching_number
from benchmarks.reading.rows.row import Row
from inkdigits.recognition.numbers.lexicon import Roster, Segmentation
from inkdigits.recognition.reading import Match

N_ENTRIES = 10_000
LENGTHS = (5, 6, 7, 8)
ABSENT_EVERY = 5
"""One in so many numbers is not in its list."""


class TimedRoster(Roster):
    """A roster that records the time of its matches in ``milliseconds``."""

    milliseconds = 0.0

    def match(self, segmentations: list[Segmentation]) -> Match:
        """Match like any roster, and add the time."""
        start = time.perf_counter()
        found = super().match(segmentations)
        self.milliseconds += (time.perf_counter() - start) * 1e3
        return found


def random_roster(rng: np.random.Generator, number: str, present: bool) -> TimedRoster:
    """Return a list of different random numbers as long as ``number``, with it at a random place or without it."""
    n_digits = len(number)
    drawn = rng.choice(10**n_digits, N_ENTRIES, replace=False)
    entries = [each for each in (f"{value:0{n_digits}d}" for value in drawn) if each != number]
    if present:
        entries[int(rng.integers(len(entries)))] = number
    return TimedRoster(entries)


def _roster(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    draw = (separated, touching_number)[index % 2]
    example = draw(rng, sources, index, LENGTHS[index // 2 % len(LENGTHS)])
    present = index % ABSENT_EVERY != ABSENT_EVERY - 1
    roster = random_roster(rng, example.truth[0], present)
    how = f"{('separated', 'touching')[index % 2]}, {'in the list' if present else 'not in the list'}"
    return replace(example, kind=how, roster=roster)


ROSTER_ROWS = (
    Row("rosters", "numbers of 5 to 8 digits with a list of 10,000 valid ones", "roster", 400, None, _roster),
)
