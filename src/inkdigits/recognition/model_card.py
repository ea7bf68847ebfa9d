"""The card of a model: where it comes from, how good it is, and from where on it may be believed."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from inkdigits.errors import ModelError

METADATA_KEY = "inkdigits_card"
"""Key of an ONNX model's metadata under which its card is stored, as JSON."""


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model.

    Attributes
    ----------
    name
        What the model is called, as in ``--model NAME``.
    recipe
        The settings it was trained with.
    seed
        Random seed of its training.
    created
        When it was made, ISO 8601.
    parameters
        Number of its parameters.
    data, data_sha256
        Name and digest of the images it was trained on.
    evaluation
        ``accuracy``, ``accuracy_interval``, ``loss``, ``n`` and ``ece`` on the test images.
    temperature
        By which its logits were divided, inside the graph, so that a confidence means what it says.
    prior_odds
        Of a detector: by which the odds of a symbol's ``presence``, and of its being one of those named, are
        multiplied.
    threshold
        Confidence below which a reading is refused as unsure.
    is_digit_threshold
        ``Scores.is_digit`` below which a crop is refused as no digit.
    versions
        Of the packages that made it.
    licence
        Under which it may be used.
    note
        Anything else that a user should know, in a sentence.
    """

    name: str = "unnamed"
    recipe: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    created: str = ""
    parameters: int = 0
    data: str = ""
    data_sha256: str = ""
    evaluation: dict[str, Any] = field(default_factory=dict)
    temperature: float = 1.0
    prior_odds: dict[str, float] = field(default_factory=dict)
    threshold: float = 0.0
    is_digit_threshold: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    licence: str = "MIT"
    note: str = ""

    def to_json(self) -> str:
        """Return the card as JSON on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card; fields that this version does not know are left out.

        Raises
        ------
        ModelError
            If the text is no JSON object, or a field is of another kind.
        """
        try:
            content = json.loads(text)
        except ValueError as error:
            raise ModelError(f"the model's card is no JSON ({error}); export the model again") from error
        if not isinstance(content, dict):
            raise ModelError("the model's card is no JSON object; export the model again")
        known = {each.name: each for each in fields(cls)}
        blank = cls()
        values = {name: value for name, value in content.items() if name in known}
        for name, value in values.items():
            expected = type(getattr(blank, name))
            if isinstance(value, bool) or not isinstance(
                value, (int, float) if expected is float else expected
            ):
                raise ModelError(
                    f"the model's card says {name} is {value!r}, but it should be of type "
                    f"{expected.__name__}; export the model again"
                )
        return cls(**values)
