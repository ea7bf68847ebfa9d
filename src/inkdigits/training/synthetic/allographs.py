"""How the world writes its digits, and the signs that are none: the pen's paths, read from two plain text files.

The national styles are those that postal readers meet: the European 1 with its long flag and the crossed 7, the
American stick 1, the open 4, the 9 with a straight leg, the 5 with its bar put on afterwards.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Path = tuple[tuple[int, int], ...]
"""Control points (x, y) in percent of the box, y down, in the order in which the pen passes them; a point given twice
is a corner, elsewhere the path is smooth."""


@dataclass(frozen=True)
class Allograph:
    """One way to write a digit or another sign.

    Attributes
    ----------
    label
        The digit, or the kind of sign.
    name
        What distinguishes this way, in a word or two.
    weight
        How often this way is drawn among those of the same label, relative to 1.
    aspect
        The least and the greatest width as a share of the height.
    paths
        The pen's paths, one for each time it touches the paper.
    """

    label: str
    name: str
    weight: float
    aspect: tuple[float, float]
    paths: tuple[Path, ...]


@cache
def digit_allographs() -> dict[int, tuple[Allograph, ...]]:
    """Return the ways to write each of the digits 0 to 9."""
    return {int(label): ways for label, ways in _read("allographs.txt").items()}


@cache
def national_allographs() -> dict[int, tuple[Allograph, ...]]:
    """Return further ways to write the digits, from schools of many countries; the detector alone learns them."""
    return {int(label): ways for label, ways in _read("national_allographs.txt").items()}


@cache
def sign_allographs() -> dict[str, tuple[Allograph, ...]]:
    """Return the ways to draw each kind of sign that is no digit: letters, symbols, drawings."""
    return _read("signs.txt")


def _read(name: str) -> dict[str, tuple[Allograph, ...]]:
    lines = files("inkdigits.training.synthetic").joinpath(name).read_text("utf-8").splitlines()
    allographs = [_parse(line) for line in lines if line and not line.startswith("#")]
    labels = dict.fromkeys(allograph.label for allograph in allographs)
    return {
        label: tuple(allograph for allograph in allographs if allograph.label == label) for label in labels
    }


def _parse(line: str) -> Allograph:
    """Read ``label | name | weight | narrowest-widest | paths``, as the head of the text files explains."""
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
