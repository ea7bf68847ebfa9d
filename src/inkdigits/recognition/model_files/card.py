"""The model card in the metadata of a model file, with its numbers checked."""

from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard

_MAX_TEMPERATURE, _MAX_ODDS = 100.0, 1e6
"""Greatest temperature, and prior odds: those of the shipped models are 1 to 1.5, and 0.05 to 4. Far beyond, a
calibrated probability overflows in float64."""


def read_card(metadata: dict[str, str], path_stem: str, name: str) -> ModelCard:
    """Return the model card of a file.

    Parameters
    ----------
    metadata
        The texts in the metadata of the file.
    path_stem
        Name of a model without a card.
    name
        Name of the file in messages.

    Returns
    -------
    ModelCard

    Raises
    ------
    ModelError
        If the card is damaged, or has a number that would make readings wrong.
    """
    text = metadata.get(METADATA_KEY)
    if text is None:
        return ModelCard(name=path_stem)
    try:
        card = ModelCard.from_json(text)
    except RecursionError as error:
        raise ModelError(f"the model card of {name} is nested too deeply; export the model again") from error
    # Comparisons that NaN fails.
    odds = all(isinstance(each, (int, float)) and 0 < each <= _MAX_ODDS for each in card.prior_odds.values())
    for field, expected, is_valid in (
        ("temperature", "from 0.01 to 100", 1 / _MAX_TEMPERATURE <= card.temperature <= _MAX_TEMPERATURE),
        ("threshold", "from 0 to 1", 0 <= card.threshold <= 1),
        ("is_digit_threshold", "from 0 to 1", 0 <= card.is_digit_threshold <= 1),
        ("prior_odds", "above 0", odds),
    ):
        if not is_valid:
            raise ModelError(
                f"expected {field} {expected} in the model card of {name}, but got {getattr(card, field)!r:.80}; "
                "export the model again"
            )
    return card
