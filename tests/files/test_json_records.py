"""Records are checked field by field, and written as they were."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from inkdigits.files.json_records import Amount, Count, DigitLabel, Share, from_json, to_json


@dataclass(frozen=True)
class Inner:
    label: DigitLabel
    ends: tuple[Share, Share]


class Outer(msgspec.Struct, frozen=True, kw_only=True):
    n: Count
    seconds: Amount = 0.0
    loss: float = 0.0
    names: dict[str, str] = {}
    settings: dict[str, Any] = {}
    inner: tuple[Inner, ...] = ()
    late: str | msgspec.UnsetType = msgspec.UNSET


def test_a_record_is_unchanged_by_json() -> None:
    record = Outer(
        n=3, seconds=1e-7, names={"a": "é"}, settings={"b": [1, None]}, inner=(Inner(9, (0.1, 1.0)),)
    )
    content = to_json(record)
    assert content == {
        "n": 3, "seconds": 1e-7, "loss": 0.0, "names": {"a": "é"}, "settings": {"b": [1, None]},
        "inner": [{"label": 9, "ends": [0.1, 1.0]}],
    }  # fmt: skip
    assert from_json(json.loads(json.dumps(content)), Outer) == record


def test_unknown_fields_are_ignored() -> None:
    assert from_json({"n": 1, "later": []}, Outer) == Outer(n=1)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({}, "object missing required field `n`"),
        ([], "expected `object`, got `array`"),
        ({"n": True}, "expected `int`, got `bool` at n"),
        ({"n": -1}, "expected `int` >= 0 at n"),
        ({"n": 10**400}, "expected `int` <= 1000000000000000 at n"),
        ({"n": 1, "seconds": float("nan")}, "expected `float` >= 0.0 at seconds"),
        ({"n": 1, "seconds": float("inf")}, "expected `float` <= 1e"),
        ({"n": 1, "loss": 10**400}, "number out of range at loss"),
        ({"n": 1, "names": {"a": 3}}, r"expected `str`, got `int` at names\[...\]"),
        ({"n": 1, "settings": {"a": ["\ud800"]}}, "expected text, got an unpaired surrogate"),
        ({"n": 1, "inner": [{"label": 10, "ends": [0, 1]}]}, r"expected `int` <= 9 at inner\[0\].label"),
        ({"n": 1, "inner": [{"label": 1, "ends": [0]}]}, r"at inner\[0\].ends"),
    ],
)
def test_a_fault_is_one_line_with_its_place(content: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        from_json(content, Outer)
    assert "\n" not in str(caught.value)


def test_a_diverged_loss_is_a_number() -> None:
    assert str(from_json(json.loads('{"n": 1, "loss": NaN}'), Outer).loss) == "nan"
