"""The schema of the JSON files of a run, and its validation."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inkdigits import run_directory
from inkdigits.contract import N_CLASSES


@dataclass(frozen=True)
class Leaf:
    """A single value: its description, and the function that validates it."""

    words: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Maybe:
    """A value that may be null or missing."""

    shape: Any


@dataclass(frozen=True)
class Each:
    """A list of values of one shape, of length ``n`` if it is given; or an object with values of one shape."""

    shape: Any
    n: int | None = None
    kind: type = list


def _is_integer(value: Any, low: int, high: int = 10**15) -> bool:
    return type(value) is int and low <= value <= high  # not isinstance, because bool is a subclass of int


def _is_number(value: Any) -> bool:
    """Return whether the value is a number; it may be infinite or NaN, as the loss of a diverged training."""
    return type(value) is float or _is_integer(value, -(10**15))


def _is_writable(value: Any) -> bool:
    """Return whether all text in the value can be encoded as UTF-8; JSON allows unpaired surrogates."""
    if isinstance(value, dict):
        return all(_is_writable(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return all(map(_is_writable, value))
    return not (isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value))


TEXT = Leaf("text", lambda value: isinstance(value, str) and _is_writable(value))
COUNT = Leaf("an integer, 0 or more", lambda value: _is_integer(value, 0))
SEED = Leaf("an integer", lambda value: type(value) is int)
DIGIT = Leaf("a digit, 0 to 9", lambda value: _is_integer(value, 0, N_CLASSES - 1))
NUMBER = Leaf("a number", _is_number)
SHARE = Leaf(
    "a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1 + 1e-6
)  # a float32 may round to slightly more than 1
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
        "accepted_error": Maybe(SHARE),  # null if nothing is accepted
        "confusion_matrix": Each(Each(COUNT, N_CLASSES), N_CLASSES),
        "per_class": Each({"label": DIGIT, **_CLASS}, N_CLASSES),
        "macro_average": _CLASS,
        "weighted_average": _CLASS,
        "mistakes": Each({"index": COUNT, "label": DIGIT, "predicted": DIGIT, "confidence": SHARE}),
        "without_label_errors": Maybe(_FIGURES),
    },
}
"""The schema of each file: an object must have these keys, and may have others."""


def find_fault(value: Any, shape: Any, place: str = "") -> str | None:
    """Validate a value; return a description of the first fault, or None if the value is valid.

    Parameters
    ----------
    value
        The content of a JSON file.
    shape
        Its schema: a `Leaf`, `Maybe`, `Each`, or a dict of them by key.
    place
        Path of the value in the file, such as ``seconds.training``; empty for the whole file.
    """
    if isinstance(shape, Maybe):
        return None if value is None else find_fault(value, shape.shape, place)
    if isinstance(shape, Leaf):
        return None if shape.holds(value) else _describe_fault(value, shape.words, place)
    kind = dict if isinstance(shape, dict) else shape.kind
    if not isinstance(value, kind):
        return _describe_fault(value, "an object" if kind is dict else "a list", place)
    if isinstance(shape, dict):
        missing = [key for key in shape if key not in value and not isinstance(shape[key], Maybe)]
        if missing:
            return f"{place or 'it'} lacks {', '.join(missing)}"
        inner = [(key, value.get(key), shape[key]) for key in shape]
    else:
        if shape.n is not None and len(value) != shape.n:
            return f"{place} has {len(value)} entries, expected {shape.n}"
        named = value.items() if kind is dict else enumerate(value)
        inner = [(key, each, shape.shape) for key, each in named]
    found = (find_fault(each, of, f"{place}.{key}" if place else str(key)) for key, each, of in inner)
    return next((each for each in found if each is not None), None)


def _describe_fault(value: Any, words: str, place: str) -> str:
    found = ascii(value)
    return f"{place or 'it'} is {found if len(found) <= 40 else found[:40] + '...'}, expected {words}"
