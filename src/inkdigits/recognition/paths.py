"""The best paths through a lattice (Viterbi), several of them, with a given number of digits if need be."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Edge(NamedTuple):
    """A step of the lattice, from one place between pieces to a later one.

    Attributes
    ----------
    start, end
        Places, ``start < end``.
    score
        Log-score.
    candidate
        Index of the candidate digit, or None where the step is no digit.
    text
        What is written for a step that is no digit: a separator, or nothing for a speck.
    """

    start: int
    end: int
    score: float
    candidate: int | None
    text: str


@dataclass(frozen=True)
class Path:
    """One way through a lattice."""

    edges: tuple[Edge, ...]
    score: float

    @property
    def candidates(self) -> tuple[int, ...]:
        """The candidate digits on the way."""
        return tuple(edge.candidate for edge in self.edges if edge.candidate is not None)

    def text(self, digits: Iterable[object]) -> str:
        """Write the path with one character a digit, separators between them."""
        characters = iter(digits)
        return "".join(edge.text if edge.candidate is None else str(next(characters)) for edge in self.edges)


def best_paths(edges: list[Edge], n_places: int, length: int | None, n_paths: int) -> list[Path]:
    """Find the best paths from place 0 to place ``n_places``.

    Parameters
    ----------
    edges
        All steps.
    n_places
        The last place.
    length
        How many digits a path must have; None for any number but 0.
    n_paths
        How many paths to return at most.

    Returns
    -------
    list of Path
        The best first; empty where there is none.
    """
    ending: list[list[Edge]] = [[] for _ in range(n_places + 1)]
    for edge in edges:
        ending[edge.end].append(edge)
    most = 1 if length is None else length
    # For each place and number of digits (at most ``most``), the best ways there: score, edge, way before.
    ways: list[dict[int, list[tuple[float, Edge | None, object]]]] = [{0: [(0.0, None, None)]}]
    for place in range(1, n_places + 1):
        here: dict[int, list[tuple[float, Edge | None, object]]] = {}
        for edge in ending[place]:
            for count, before in ways[edge.start].items():
                total = count + (edge.candidate is not None)
                if total > most:
                    if length is not None:
                        continue
                    total = most
                kept = here.setdefault(total, [])
                kept.extend((way[0] + edge.score, edge, way) for way in before)
        for total, found in here.items():
            found.sort(key=lambda way: -way[0])
            here[total] = found[:n_paths]
        ways.append(here)
    return [_unrolled(way) for way in ways[n_places].get(most, [])]


def _unrolled(way: tuple[float, Edge | None, object]) -> Path:
    edges: list[Edge] = []
    step: object = way
    while isinstance(step, tuple) and step[1] is not None:
        edges.append(step[1])
        step = step[2]
    return Path(tuple(reversed(edges)), way[0])
