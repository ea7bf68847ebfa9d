"""What the JSON files of a run must hold for a report, and the first place where one does not."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inkdigits import run_directory
from inkdigits.contract import N_CLASSES


@dataclass(frozen=True)
class Leaf:
    """A single value: what it is in words, and whether a value is such a one."""

    words: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Maybe:
    """A value that may be null, or missing from its object."""

    shape: Any


@dataclass(frozen=True)
class Each:
    """A list of values of one shape, ``n`` of them where that is given; or the values of an object."""

    shape: Any
    n: int | None = None
    kind: type = list


def _is_whole(value: Any, low: int, high: int = 10**15) -> bool:
    return type(value) is int and low <= value <= high  # true is no number here


def _is_number(value: Any) -> bool:
    """Tell whether it is a number that can be written; a diverged training has a loss that is not finite."""
    return type(value) is float or _is_whole(value, -(10**15))


def _is_writable(value: Any) -> bool:
    """Tell whether all text in it is Unicode: JSON can hold halves of surrogate pairs, no file can."""
    if isinstance(value, dict):
        return all(_is_writable(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return all(map(_is_writable, value))
    return not (isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value))


TEXT = Leaf("text", lambda value: isinstance(value, str) and _is_writable(value))
COUNT = Leaf("a whole number, 0 or more", lambda value: _is_whole(value, 0))
SEED = Leaf("a whole number", lambda value: type(value) is int)
DIGIT = Leaf("a digit, 0 to 9", lambda value: _is_whole(value, 0, N_CLASSES - 1))
NUMBER = Leaf("a number", _is_number)
SHARE = Leaf(
    "a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1 + 1e-6
)  # float32 rounds up
LENGTH = Leaf(
    "a finite number, 0 or more", lambda value: _is_number(value) and math.isfinite(value) and value >= 0
)
SETTINGS = Leaf("an object of settings", lambda value: isinstance(value, dict) and _is_writable(value))

_INTERVAL = Each(SHARE, 2)
_CLASS = {"precision": SHARE, "recall": SHARE, "f1": SHARE, "support": COUNT}
_FIGURES = {"n": COUNT, "n_errors": COUNT, "accuracy": SHARE, "accuracy_interval": _INTERVAL, "loss": NUMBER}

SHAPES: dict[str, dict[str, Any]] = {
    run_directory.CONFIG: {
        "name": TEXT,
        "recipe": SETTINGS,
        "recipe_descriptions": Maybe(Each(TEXT, kind=dict)),
        "seed": SEED,
        "data": {
            "name": TEXT,
            "test_name": Maybe(TEXT),
            "n_train": COUNT,
            "n_validation": Maybe(COUNT),
            "n_test": COUNT,
            "sha256": TEXT,
            "test_sha256": Maybe(TEXT),
        },
        "layers": Each(
            {"name": TEXT, "type": TEXT, "output_shape": Maybe(Each(Maybe(COUNT))), "parameters": COUNT}
        ),
        "parameters": COUNT,
        "command": Maybe(TEXT),
    },
    run_directory.ENVIRONMENT: {
        "created": TEXT,
        "machine": {
            "processor": Maybe(TEXT),
            "platform": Maybe(TEXT),
            "cores": Maybe(COUNT),
            "memory_gib": Maybe(LENGTH),
        },
        "versions": Each(TEXT, kind=dict),
        "precision": TEXT,
        "seconds": {"training": LENGTH, "total": LENGTH},
    },
    run_directory.EVALUATION: {
        "model": TEXT,
        **_FIGURES,
        "ece": SHARE,
        "threshold": Maybe(NUMBER),
        "coverage": SHARE,
        "accepted_error": Maybe(SHARE),  # null where nothing is accepted
        "confusion_matrix": Each(Each(COUNT, N_CLASSES), N_CLASSES),
        "per_class": Each({"label": DIGIT, **_CLASS}, N_CLASSES),
        "macro_average": _CLASS,
        "weighted_average": _CLASS,
        "mistakes": Each({"index": COUNT, "label": DIGIT, "predicted": DIGIT, "confidence": SHARE}),
        "without_label_errors": Maybe(_FIGURES),
    },
}
"""The shape of each file: an object must have these keys, and may have others."""


def fault(value: Any, shape: Any, place: str = "") -> str | None:
    """Return what is wrong with the first value that is not of its shape, or None where all is well.

    Parameters
    ----------
    value
        What came out of a JSON file.
    shape
        A `Leaf`, `Maybe`, `Each`, or a dict of them by key.
    place
        Where the value stands, such as ``seconds.training``; empty for the whole file.
    """
    if isinstance(shape, Maybe):
        return None if value is None else fault(value, shape.shape, place)
    if isinstance(shape, Leaf):
        return None if shape.holds(value) else _unlike(value, shape.words, place)
    kind = dict if isinstance(shape, dict) else shape.kind
    if not isinstance(value, kind):
        return _unlike(value, "an object" if kind is dict else "a list", place)
    if isinstance(shape, dict):
        missing = [key for key in shape if key not in value and not isinstance(shape[key], Maybe)]
        if missing:
            return f"{place or 'it'} lacks {', '.join(missing)}"
        inner = [(key, value.get(key), shape[key]) for key in shape]
    else:
        if shape.n is not None and len(value) != shape.n:
            return f"{place} has {len(value)} entries in place of {shape.n}"
        named = value.items() if kind is dict else enumerate(value)
        inner = [(key, each, shape.shape) for key, each in named]
    found = (fault(each, of, f"{place}.{key}" if place else str(key)) for key, each, of in inner)
    return next((each for each in found if each is not None), None)


def _unlike(value: Any, words: str, place: str) -> str:
    came = ascii(value)
    return f"{place or 'it'} is {came if len(came) <= 40 else came[:40] + '...'} in place of {words}"
