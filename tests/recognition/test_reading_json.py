"""The JSON of a reading has the fields and the types that its schema states."""

import base64
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.files.json_records import from_json, to_json
from inkdigits.recognition.reading import Digit, Expectation, Match, Number, Reading
from inkdigits.recognition.reading_json import JsonDigit, JsonReading

ROOT = Path(__file__).parents[2]
BLANK = Digit(None, 1.0, (9, 0, 5, 7), (), "blank")
SEVEN = Digit(7, 0.91234567, (1, 2, 3, 4), ((1, 0.08), (2, 0.0)), None, None, 0.25)


def make_reading(number: Number) -> Reading:
    return Reading((number,), (640, 480))


def test_a_number_has_no_fields_for_what_was_not_asked() -> None:
    content = make_reading(Number("7", (SEVEN,), 0.9, SEVEN.box)).to_json()
    assert list(content) == ["text", "width", "height", "digits", "numbers"]
    assert list(content["numbers"][0]) == ["text", "confidence", "box", "runner_up", "digits"]
    assert content["numbers"][0]["digits"] == content["digits"] == [SEVEN.to_json()]
    assert SEVEN.to_json() == {
        "label": 7, "confidence": 0.912346, "box": [1, 2, 3, 4],
        "alternatives": [{"label": 1, "probability": 0.08}, {"label": 2, "probability": 0.0}],
        "rejected": None, "printed": 0.25,
    }  # fmt: skip


@pytest.mark.parametrize(("margin", "runner_up"), [(math.inf, None), (1.23456, ("71", 0.1))])
def test_the_json_is_read_back_as_the_record_of_the_schema(
    margin: float, runner_up: tuple[str, float] | None
) -> None:
    match = Match("7_", 0.5, runner_up, margin, True)
    number = Number(
        "7_", (SEVEN, BLANK), 0.9, (1, 2, 8, 4), ("1_", 0.05), match, Expectation("7", 0.5), row=0, column=3
    )
    content = make_reading(number).to_json()
    record = from_json(json.loads(json.dumps(content, allow_nan=False)), JsonReading)
    assert to_json(record) == content
    assert record.numbers[0].match.margin == (None if runner_up is None else 1.2346)
    assert (record.numbers[0].row, record.numbers[0].column) == (0, 3)


def test_a_label_that_is_no_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="expected `int` <= 9 at label"):
        from_json({**SEVEN.to_json(), "label": 10}, JsonDigit)


def test_every_field_is_explained_in_the_published_schema() -> None:
    schema = json.loads((ROOT / "docs/reference/reading.schema.json").read_text("utf-8"))
    fields = schema["$defs"]["JsonNumber"]["properties"]
    assert set(fields) == {
        "text", "confidence", "box", "runner_up", "digits", "match", "expected", "row", "column",
    }  # fmt: skip
    assert all(each.get("description") for each in fields.values())


def test_images_are_added_if_they_are_asked_for() -> None:
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    digit = replace(SEVEN, image=image)
    content = make_reading(Number("7_", (digit, BLANK), 0.9, SEVEN.box)).to_json(images=True)
    assert content["digits"] == content["numbers"][0]["digits"]
    assert content["digits"][1] == {**BLANK.to_json(), "image": None}
    png = base64.b64decode(content["digits"][0].pop("image"), validate=True)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), image, strict=True)
    assert content["digits"][0] == digit.to_json()
