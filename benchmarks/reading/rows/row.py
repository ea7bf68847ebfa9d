"""A row of the benchmark; its examples are determined by the split, the name of the row and an index."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.pictures.sources import SEEDS, Sources, Split

Measure = Literal["text", "cells", "page", "blank", "refused", "letters", "roster"]
Draw = Callable[[np.random.Generator, Sources, int], Example]


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    name
        As given to ``--only``.
    title
        Title in the tables.
    measure
        The scoring; see `benchmarks.reading.scoring.scores`.
    n
        Pictures by default; 0 for as many as the small digits of the split.
    aim
        The target, or None if the row has none.
    draw
        Draws the picture of one index.
    drawn_as
        The row whose pictures are read again with other options, or None.
    needs_fonts
        Whether the row needs the evaluation fonts.
    """

    name: str
    title: str
    measure: Measure
    n: int
    aim: float | None
    draw: Draw
    drawn_as: str | None = None
    needs_fonts: bool = False

    def size(self, sources: Sources) -> int:
        """Return how many pictures the row has by default."""
        return self.n or len(sources.small_labels)


def example_of(row: Row, sources: Sources, index: int) -> Example:
    """Draw example ``index`` of a row; it depends on nothing but the split, the row and the index."""
    name = row.drawn_as or row.name
    rng = np.random.default_rng([SEEDS[sources.split], zlib.crc32(name.encode()), index])
    return row.draw(rng, sources, index)


@lru_cache(maxsize=8)
def order(split: Split, name: str, n: int) -> NDArray[np.int64]:
    """Return an order in which a row uses the ``n`` source digits of a split, so that none comes twice too soon."""
    return np.random.default_rng([SEEDS[split], zlib.crc32(name.encode())]).permutation(n)
