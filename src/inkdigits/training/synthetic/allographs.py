"""Allographs, the different ways to write a digit or a sign, as pen paths in plain text files.

The national styles are those on mail: the European 1 with a long flag, the crossed 7, the American 1 as a single
stroke, the open 4, the 9 with a straight leg, the 5 with a separate bar.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Path = tuple[tuple[int, int], ...]
"""Control points (x, y) in percent of the box, y down, in writing order. A repeated point is a corner; elsewhere the
path is smooth."""


@dataclass(frozen=True)
class Allograph:
    """One way to write a digit or another sign.

    Attributes
    ----------
    label
        The digit, or the kind of sign.
    name
        A short description of this way.
    weight
        Relative frequency among the allographs of the same label.
    aspect
        Smallest and largest width as a share of the height.
    paths
        The pen paths, one per stroke.
    """

    label: str
    name: str
    weight: float
    aspect: tuple[float, float]
    paths: tuple[Path, ...]


@cache
def digit_allographs() -> dict[int, tuple[Allograph, ...]]:
    """Return the allographs of the digits 0 to 9."""
    return {int(label): ways for label, ways in _read("allographs.txt").items()}


@cache
def national_allographs() -> dict[int, tuple[Allograph, ...]]:
    """Return more allographs of the digits, from schools of many countries; only the detector is trained on them."""
    return {int(label): ways for label, ways in _read("national_allographs.txt").items()}


@cache
def sign_allographs() -> dict[str, tuple[Allograph, ...]]:
    """Return the allographs of each kind of non-digit: letters, symbols, drawings."""
    return _read("signs.txt")


def _read(name: str) -> dict[str, tuple[Allograph, ...]]:
    lines = files("inkdigits.training.synthetic").joinpath(name).read_text("utf-8").splitlines()
    allographs = [_parse(line) for line in lines if line and not line.startswith("#")]
    labels = dict.fromkeys(allograph.label for allograph in allographs)
    return {
        label: tuple(allograph for allograph in allographs if allograph.label == label) for label in labels
    }


def _parse(line: str) -> Allograph:
    """Parse ``label | name | weight | narrowest-widest | paths``; the text files explain this format."""
    label, name, weight, aspect, paths = (part.strip() for part in line.split("|"))
    narrowest, widest = aspect.split("-")
    return Allograph(
        label,
        name,
        float(weight),
        (float(narrowest), float(widest)),
        tuple(_parse_path(path) for path in paths.split(";")),
    )


def _parse_path(text: str) -> Path:
    points: list[tuple[int, int]] = []
    for word in text.split():
        x, y = word.rstrip("*").split(",")
        points.extend([(int(x), int(y))] * (2 if word.endswith("*") else 1))
    return tuple(points)
