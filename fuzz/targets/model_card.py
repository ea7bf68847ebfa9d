"""Model cards: JSON in the metadata of a model file."""

from dataclasses import fields

from fuzz.targets.target import Target
from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import ModelCard


def run(data: bytes) -> None:
    """Parse a card, and write it again."""
    card = ModelCard.from_json(data.decode("utf-8", "replace"))
    again = card.to_json()
    assert "\n" not in again, "the card is not on one line"
    # Compared as text, since NaN is unequal to itself.
    assert ModelCard.from_json(again).to_json() == again, "a written card is read as another one"


def make_seeds() -> list[bytes]:
    """Make cards with all fields, with few, and with one that is unknown."""
    full = ModelCard(
        "seed", {"epochs": 3}, 1, "2026-01-01", 9, "MNIST", "ab", {"accuracy": 0.5}, 1.5, {"/": 0.1}
    )
    return [
        full.to_json().encode(),
        b'{"name": "x", "temperature": 1.0, "unknown": [1]}',
        b"{}",
        b"[]",
        b"null",
    ]


TARGET = Target(
    run,
    make_seeds,
    refusals=(ModelError,),
    tokens=(
        *(f'"{each.name}":'.encode() for each in fields(ModelCard)),
        *(b"NaN", b"-Infinity", b"1e999", b"true", b"null", b"[", b"{", b'"\\ud800"', b"0.0", b"9" * 400),
    ),
)
