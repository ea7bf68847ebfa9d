"""``inkdigits models``: the shipped models with their cards."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from inkdigits.recognition.model_card import ModelCard


@click.command(name="models")
@click.option("--json", "as_json", is_flag=True, help="Print the cards as one JSON object.")
def command(as_json: bool) -> None:
    """List the models that come with inkdigits, and what is known of each."""
    import json

    from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

    cards = {name: load_recogniser(name).card for name in shipped_models()}
    if as_json:
        click.echo(json.dumps({name: json.loads(card.to_json()) for name, card in cards.items()}, indent=2))
        return
    if not cards:
        click.echo("no model comes with this copy; train one with  inkdigits train", err=True)
    click.echo("\n\n".join(card_text(name, card) for name, card in cards.items()), nl=bool(cards))


def card_text(name: str, card: "ModelCard") -> str:
    """Return a card as lines for a terminal; what is not known is left out.

    Parameters
    ----------
    name
        What the model is called in ``--model NAME``.
    card
        What is known of it.
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
            ("calibration", f"{figures['ece']:.2%} expected error, temperature {card.temperature:g}")
        )
    if card.threshold > 0:
        facts.append(("refuses", f"readings below a confidence of {card.threshold:g}"))
    facts.append(("parameters", f"{card.parameters:,}"))
    if card.recipe:
        facts.append(("recipe", f"{card.recipe.get('name', name)}, seed {card.seed}"))
    if card.data:
        facts.append(("data", card.data))
    if card.created:
        facts.append(("made", card.created[:10]))
    facts.append(("licence", card.licence))
    if card.note:
        facts.append(("note", card.note))
    return "\n".join([name, *(f"  {label:<12} {value}" for label, value in facts)])
