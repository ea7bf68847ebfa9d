"""``inkdigits models``: the shipped models and their model cards."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from inkdigits.recognition.model_card import ModelCard


@click.command(name="models", short_help="List the shipped models.")
@click.option("--json", "as_json", is_flag=True, help="Print the model cards as one JSON object.")
def command(as_json: bool) -> None:
    """List the models that are shipped with inkdigits, with their model cards."""
    import json

    from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

    cards = {name: load_recogniser(name).card for name in shipped_models()}
    if as_json:
        click.echo(json.dumps({name: json.loads(card.to_json()) for name, card in cards.items()}, indent=2))
        return
    if not cards:
        click.echo("no models are shipped with this installation; train one with  inkdigits train", err=True)
    click.echo("\n\n".join(format_card(name, card) for name, card in cards.items()), nl=bool(cards))


def format_card(name: str, card: "ModelCard") -> str:
    """Format a model card as lines of text; unknown facts are omitted.

    Parameters
    ----------
    name
        The model's name, as in ``--model NAME``.
    card
        The model card.
    """
    figures = card.evaluation
    facts: list[tuple[str, str]] = []
    if "accuracy" in figures:
        interval = figures.get("accuracy_interval")
        likely = f" (95%: {interval[0]:.2%} to {interval[1]:.2%})" if interval else ""
        images = f" on {figures['n']:,} test images" if "n" in figures else ""
        facts.append(("accuracy", f"{figures['accuracy']:.2%}{likely}{images}"))
    if "loss" in figures:
        facts.append(("loss", f"{figures['loss']:.4f}"))
    if "ece" in figures:
        facts.append(
            (
                "calibration",
                f"expected calibration error {figures['ece']:.2%}, temperature {card.temperature:g}",
            )
        )
    if card.threshold > 0:
        facts.append(
            (
                "rejects",
                f"digits with a confidence below {card.threshold:g} (with --model, and in boxes)",
            )
        )
    facts.append(("parameters", f"{card.parameters:,}"))
    if card.recipe:
        facts.append(("recipe", f"{card.recipe.get('name', name)}, seed {card.seed}"))
    if card.data:
        facts.append(("data", card.data))
    if card.created:
        facts.append(("created", card.created[:10]))
    facts.append(("licence", card.licence))
    if card.note:
        facts.append(("note", card.note))
    return "\n".join([name, *(f"  {label:<12} {value}" for label, value in facts)])
