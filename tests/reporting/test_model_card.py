from inkdigits.commands.models import card_text
from inkdigits.recognition.model_card import ModelCard
from inkdigits.reporting.model_card import render_model_card

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


def test_markdown_holds_what_is_known() -> None:
    text = render_model_card(CARD)
    for words in (
        "# classic",
        "34,826",
        "| accuracy | 99.48% |",
        "| 95% interval (Wilson) | 99.32% to 99.60% |",
        "| loss (mean cross-entropy, nats) | 0.0161 |",
        "| expected calibration error | 0.12% |",
        "below 0.6 as unsure and crops that score below 0.5",
        "| `epochs` | 12 |",
        "a\\|b",
        "| keras | 3.12.0 |",
        "1 March 2025",
        "Made for MNIST.",
        "ab" * 32,
    ):
        assert words in text
    assert text.endswith("\n")


def test_markdown_of_an_empty_card_leaves_out_what_is_not_known() -> None:
    text = render_model_card(ModelCard())
    assert "# unnamed" in text
    assert "refuses nothing" in text
    for words in ("## Figures", "## Recipe", "## Made with", "SHA-256", "Made on"):
        assert words not in text


def test_terminal_text() -> None:
    assert card_text("classic", CARD) == (
        "classic\n"
        "  accuracy     99.48% (95%: 99.32% to 99.60%) on 10,000 test images\n"
        "  loss         0.0161\n"
        "  calibration  0.12% expected error, temperature 1.25\n"
        "  refuses      readings below a confidence of 0.6\n"
        "  parameters   34,826\n"
        "  recipe       classic, seed 3\n"
        "  data         mnist-train\n"
        "  made         2025-03-01\n"
        "  licence      MIT\n"
        "  note         Made for MNIST."
    )
    assert card_text("bare", ModelCard()) == "bare\n  parameters   0\n  licence      MIT"
