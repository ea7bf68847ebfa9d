"""Model cards: the provenance, the evaluation and the thresholds of a model, stored in its ONNX file."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from inkdigits.errors import ModelError
from inkdigits.files.json_records import from_json
from inkdigits.files.text_files import parse_json

METADATA_KEY = "inkdigits_card"
"""Key of the model card, JSON, in the metadata of an ONNX model."""


@dataclass(frozen=True)
class ModelCard:
    """The provenance, the evaluation and the thresholds of a model.

    Attributes
    ----------
    name
        Name of the model, as in ``--model NAME``.
    recipe
        Settings of the training.
    seed
        Random seed of the training.
    created
        Date of the export, ISO 8601.
    parameters
        Number of parameters.
    data, data_sha256
        Name and SHA-256 digest of the training images.
    evaluation
        ``accuracy``, ``accuracy_interval``, ``loss``, ``n`` and ``ece`` on the test images.
    temperature
        Temperature that calibrates the probabilities: the graph of a classifier divides its logits by it.
    prior_odds
        Of a detector: factors on the odds of a symbol's ``presence``, and on those of single classes, by name.
    threshold
        Least confidence of an accepted digit; below it the digit is rejected as ``unsure``.
    is_digit_threshold
        Least ``Scores.is_digit`` of an accepted digit; below it the crop is rejected as ``not_a_digit``.
    versions
        Versions of the packages that trained and exported the model.
    licence
        Licence of the weights.
    note
        Further information for users, in a sentence.
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
        """Parse a card; fields that this version does not know are ignored.

        Raises
        ------
        ModelError
            If the text is not a JSON object, or a field has the wrong type.
        """
        try:
            return from_json(parse_json(text), cls)
        except ValueError as error:
            raise ModelError(f"the model card is damaged ({error}); export the model again") from error
