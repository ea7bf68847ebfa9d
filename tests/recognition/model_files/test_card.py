"""The model card of a file: numbers that would make readings wrong are refused."""

import json

import pytest

from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import METADATA_KEY
from inkdigits.recognition.model_files.card import read_card


def read(text: str):
    return read_card({METADATA_KEY: text}, "stem", "model.onnx")


def test_a_file_without_a_card_has_its_name() -> None:
    assert read_card({}, "stem", "model.onnx").name == "stem"


def test_a_valid_card() -> None:
    card = read(json.dumps({"name": "mine", "temperature": 1.5, "prior_odds": {"/": 0.1}, "threshold": 1}))
    assert (card.name, card.temperature, card.prior_odds, card.threshold) == ("mine", 1.5, {"/": 0.1}, 1)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"text"',
        "[" * 100_000,
        '{"temperature": 0}',
        '{"temperature": -1}',
        '{"temperature": NaN}',
        '{"temperature": 1e400}',
        '{"temperature": "1"}',
        '{"threshold": 1.01}',
        '{"threshold": NaN}',
        '{"is_digit_threshold": -0.1}',
        '{"prior_odds": {"/": 0}}',
        '{"prior_odds": {"/": NaN}}',
        '{"prior_odds": {"/": Infinity}}',
        '{"prior_odds": {"/": "1"}}',
    ],
)
def test_a_damaged_card_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
