"""Model cards as JSON."""

import json

import pytest

from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import ModelCard


def test_a_card_is_unchanged_by_json() -> None:
    card = ModelCard(
        name="classic", recipe={"epochs": 15}, seed=1, parameters=34_826, temperature=1.3, threshold=0.5,
        evaluation={"accuracy": 0.9924, "accuracy_interval": [0.99, 0.994]}, versions={"keras": "3.15"},
    )  # fmt: skip
    assert ModelCard.from_json(card.to_json()) == card
    assert "\n" not in card.to_json()


def test_unknown_fields_are_ignored() -> None:
    assert ModelCard.from_json('{"name": "x", "invented_later": 1}') == ModelCard(name="x")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"name": 3}', '{"seed": "a"}', '{"threshold": true}']
)
def test_an_invalid_card_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        ModelCard.from_json(text)
    assert "\n" not in str(caught.value)


def test_the_json_has_the_calibration_fields() -> None:
    assert set(json.loads(ModelCard().to_json())) >= {
        "temperature",
        "threshold",
        "is_digit_threshold",
        "data_sha256",
    }
