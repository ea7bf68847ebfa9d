from inkdigits.commands.models import format_card
from inkdigits.recognition.model_card import ModelCard

CARD = ModelCard(
    name="classic",
    recipe={"name": "classic", "epochs": 12, "augmentation": "a|b"},
    seed=3,
    created="2025-03-01T12:00:00+00:00",
    parameters=34826,
    data="mnist-train",
    data_sha256="ab" * 32,
    evaluation={
        "accuracy": 0.9948,
        "accuracy_interval": [0.9932, 0.996],
        "loss": 0.0161,
        "n": 10000,
        "ece": 0.0012,
    },
    temperature=1.25,
    threshold=0.6,
    is_digit_threshold=0.5,
    versions={"keras": "3.12.0"},
    note="Made for MNIST.",
)


def test_a_card_is_formatted_and_unknown_facts_are_omitted() -> None:
    assert format_card("classic", CARD) == (
        "classic\n"
        "  accuracy     99.48% (95%: 99.32% to 99.60%) on 10,000 test images\n"
        "  loss         0.0161\n"
        "  calibration  expected calibration error 0.12%, temperature 1.25\n"
        "  rejects      digits with a confidence below 0.6 (with --model, and in boxes)\n"
        "  parameters   34,826\n"
        "  recipe       classic, seed 3\n"
        "  data         mnist-train\n"
        "  created      2025-03-01\n"
        "  licence      MIT\n"
        "  note         Made for MNIST."
    )
    assert format_card("bare", ModelCard()) == "bare\n  parameters   0\n  licence      MIT"
