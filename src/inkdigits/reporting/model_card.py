"""The card of a model as Markdown, to be published beside the model."""

from typing import Any

from inkdigits.recognition.model_card import ModelCard
from inkdigits.reporting.words import day, interval, percent, setting


def render_model_card(card: ModelCard) -> str:
    """Return a model's card as Markdown.

    Parameters
    ----------
    card
        What is known of the model; what is not known is left out.

    Returns
    -------
    str
        Markdown with a heading, a sentence, and a table each for the figures, the recipe and the versions.
    """
    made = f" Made on {day(card.created)}." if card.created else ""
    about = (
        "Reads single handwritten digits: images of 28 × 28 pixels, `uint8`, ink 255 on background 0, in "
        f"MNIST’s normal form. {card.parameters:,} parameters, trained on {card.data or 'data not named'} "
        f"with random seed {card.seed}.{made} Licence: {card.licence}."
    )
    parts = [f"# {card.name}", about]
    if card.note:
        parts.append(card.note)
    if card.evaluation:
        parts += ["## Figures", _table(("figure", "value"), _figures(card.evaluation))]
    parts += ["## Limits", _limits(card)]
    if card.recipe:
        recipe = [(f"`{name}`", setting(value)) for name, value in card.recipe.items()]
        parts += ["## Recipe", _table(("setting", "value"), recipe)]
    if card.versions:
        parts += ["## Made with", _table(("software", "version"), list(card.versions.items()))]
    if card.data_sha256:
        parts.append(f"SHA-256 of the training data: `{card.data_sha256}`")
    return "\n\n".join(parts) + "\n"


def _figures(evaluation: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if "n" in evaluation:
        rows.append(("test images", f"{evaluation['n']:,}"))
    if "accuracy" in evaluation:
        rows.append(("accuracy", percent(evaluation["accuracy"])))
    if "accuracy_interval" in evaluation:
        rows.append(("95% interval (Wilson)", interval(evaluation["accuracy_interval"])))
    if "loss" in evaluation:
        rows.append(("loss (mean cross-entropy, nats)", f"{evaluation['loss']:.4f}"))
    if "ece" in evaluation:
        rows.append(("expected calibration error", percent(evaluation["ece"])))
    return rows


def _limits(card: ModelCard) -> str:
    refusals = []
    if card.threshold > 0:
        refusals.append(f"readings with a confidence below {card.threshold:g} as unsure")
    if card.is_digit_threshold > 0:
        refusals.append(f"crops that score below {card.is_digit_threshold:g} as no digit")
    refused = f"It refuses {' and '.join(refusals)}." if refusals else "It refuses nothing by itself."
    return (
        f"{refused} The figures hold for images like those it was tested on, and for one training run; other "
        "people’s pens, paper and cameras are harder."
    )


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {name} | {value} |" for name, value in cells)
