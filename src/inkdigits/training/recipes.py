"""Recipes: all settings of a training run, as a frozen dataclass."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from inkdigits.errors import UsageError


def _setting(sentence: str, default: Any = dataclasses.MISSING) -> Any:
    return field(default=default, metadata={"sentence": sentence})


_FORMER_NAMES = {"gentle": "warp_only", "unknown_kinds": "excluded_kinds"}
"""Settings in the files of earlier runs, with the names that they have now."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a training run. Each field has a description, which the report prints with its value."""

    name: str = _setting("Name of the recipe.")
    network: str = _setting("Network architecture.", "classic")
    epochs: int = _setting("Number of passes over the training images.")
    batch_size: int = _setting("Number of images per training step.", 128)
    learning_rate: float = _setting("Learning rate of Adam; the peak of a one-cycle schedule.", 0.001)
    schedule: Literal["constant", "one_cycle"] = _setting(
        "Learning rate schedule: constant, or one cycle (linear warm-up to the peak, then linear decay to zero).",
        "constant",
    )
    warm_up: float = _setting("Share of the training steps in the warm-up of a one-cycle schedule.", 0.2)
    augmentation: Literal["none", "shift", "warp", "strong"] = _setting(
        "How the training images are augmented, differently in each epoch: not at all, shifted at random, warped "
        "(rotated, sheared, scaled, shifted and bent a little), or strongly (also with other stroke widths, overlays "
        "and degradations).",
        "none",
    )
    max_shift: int = _setting(
        "Largest random shift along each axis, in pixels, for the augmentation by shifts.", 0
    )
    warp_strength: float = _setting("Strength of the warp augmentation; 1 rotates by up to 10 degrees.", 1.0)
    warp_only: float = _setting(
        "Share of the images with only the warp augmentation, if the augmentation is strong.", 0.0
    )
    stroke_models: float = _setting("Share of a batch that is synthetic digits from stroke models.", 0.0)
    fonts: float = _setting("Share of a batch that is synthetic digits from handwriting fonts.", 0.0)
    non_digits: float = _setting(
        "Share of a batch that is synthetic non-digits, for networks with an is_digit output.", 0.0
    )
    excluded_kinds: str = _setting(
        "Kinds of synthetic non-digits to exclude from training, separated by commas, for tests on unseen kinds.",
        "",
    )
    teacher: str = _setting(
        "Teacher model for knowledge distillation: the name of a shipped model, or an .onnx file. Its soft labels "
        "replace the labels; empty for none.",
        "",
    )
    teacher_temperature: float = _setting(
        "Temperature of knowledge distillation, for the logits of teacher and student.", 4.0
    )
    dropout: float = _setting("Dropout rate before the last layer.", 0.5)
    weight_averaging: float = _setting(
        "Momentum of the exponential moving average of the weights, which is the trained network; 0 for none.",
        0.0,
    )
    validation_share: float = _setting(
        "Share of the training images that is held out for validation during training.", 0.0
    )
    precision: Literal["float32", "bfloat16"] = _setting(
        "Precision of training: float32, or bfloat16 with float32 weights if the processor supports bfloat16 in "
        "hardware (else float32). The exported network is always float32.",
        "float32",
    )
    steps_per_execution: int = _setting("Training steps between two updates of the progress.", 1)

    def __post_init__(self) -> None:
        """Check that each value is in its range.

        Raises
        ------
        UsageError
            If a value is out of its range.
        """
        ranges = {
            "epochs": (1, 10_000),
            "batch_size": (1, 1_000_000),
            "learning_rate": (1e-9, 10.0),
            "warm_up": (0.0, 0.99),
            "max_shift": (0, 14),
            "warp_strength": (0.0, 4.0),
            "warp_only": (0.0, 1.0),
            "stroke_models": (0.0, 0.9),
            "fonts": (0.0, 0.9),
            "non_digits": (0.0, 0.9),
            "teacher_temperature": (0.1, 100.0),
            "dropout": (0.0, 0.99),
            "weight_averaging": (0.0, 0.99999),
            "validation_share": (0.0, 0.9),
            "steps_per_execution": (1, 100_000),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"expected {name} between {low:g} and {high:g}, but got {value:g}")
        if self.synthetic_share >= 1:
            raise UsageError(
                "expected the shares stroke_models, fonts and non_digits to sum to less than 1, but got "
                f"{self.synthetic_share:g}; a batch needs real digits too"
            )
        if self.excluded_kinds:
            from inkdigits.training.synthetic.non_digits import training_kinds

            training_kinds(self.excluded_kinds)
        for name, kind in typing.get_type_hints(Recipe).items():
            choices = typing.get_args(kind)
            if choices and getattr(self, name) not in choices:
                raise UsageError(
                    f"expected {name} to be one of {', '.join(choices)}, but got {getattr(self, name)!r}"
                )

    @property
    def synthetic_share(self) -> float:
        """Share of a batch that is synthetic."""
        return self.stroke_models + self.fonts + self.non_digits

    def override(self, settings: Mapping[str, str | int | float]) -> "Recipe":
        """Return a copy of the recipe with some settings replaced; text is converted to the field's type.

        Raises
        ------
        UsageError
            If a setting does not exist, or if a value has the wrong type or is out of its range.
        """
        kinds = typing.get_type_hints(Recipe)
        values: dict[str, Any] = {}
        for name, value in settings.items():
            if name not in kinds or name == "name":
                known = ", ".join(kind for kind in kinds if kind != "name")
                raise UsageError(f"unknown setting {name!r}; choose one of {known}")
            kind = kinds[name] if kinds[name] in (int, float) else str
            try:
                values[name] = kind(value)
            except ValueError as error:
                raise UsageError(f"expected {_describe_type(kind)} for {name}, but got {value!r}") from error
        return dataclasses.replace(self, **values)

    @staticmethod
    def from_json(settings: dict[str, Any]) -> "Recipe":
        """Create a recipe from the result of `to_json`, also with the former names of settings.

        Raises
        ------
        UsageError
            If a setting is unknown, missing or out of its range.
        """
        try:
            return Recipe(**{_FORMER_NAMES.get(name, name): value for name, value in settings.items()})
        except TypeError as error:
            raise UsageError(f"expected the settings of a recipe, but {error}") from error

    def to_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return dataclasses.asdict(self)

    @staticmethod
    def sentences() -> dict[str, str]:
        """Return the description of each setting, by name."""
        return {setting.name: setting.metadata["sentence"] for setting in dataclasses.fields(Recipe)}


def _describe_type(kind: type) -> str:
    return {int: "an integer", float: "a number"}.get(kind, "text")


# The highest accuracy of the original architecture. It is too small to overfit soft labels of images that are warped
# differently in every epoch, so it needs no dropout. The other small networks use the same settings.
_DISTILLED = Recipe(
    name="classic",
    epochs=32,
    learning_rate=0.01,
    schedule="one_cycle",
    augmentation="warp",
    warp_strength=0.7,
    teacher="accurate",
    teacher_temperature=2.0,
    dropout=0.0,
    weight_averaging=0.999,
    precision="bfloat16",
    steps_per_execution=32,
)

RECIPES: types.MappingProxyType[str, Recipe] = types.MappingProxyType(
    {
        recipe.name: recipe
        for recipe in (
            # The published course project, without changes.
            Recipe(name="original", epochs=15, validation_share=0.1),
            # The accuracy of the original in the shortest time, by a one-cycle schedule with a ten times higher peak
            # learning rate, small shifts, and weight averaging. Dropout would slow the training down, and four epochs
            # are too few to overfit.
            Recipe(
                name="fast",
                epochs=4,
                learning_rate=0.01,
                schedule="one_cycle",
                warm_up=0.4,
                augmentation="shift",
                max_shift=1,
                dropout=0.0,
                weight_averaging=0.99,
                precision="bfloat16",
                steps_per_execution=32,
            ),
            _DISTILLED,
            # The highest accuracy with fewer than 8,500 parameters.
            dataclasses.replace(_DISTILLED, name="compact", network="compact", epochs=30),
            # The accuracy of the original with the highest throughput.
            dataclasses.replace(_DISTILLED, name="quick", network="quick", epochs=30),
            # For real pictures: many handwriting styles, pens and scanners, and rejection of non-digits.
            Recipe(
                name="accurate",
                network="accurate",
                epochs=28,
                batch_size=256,
                learning_rate=0.004,
                schedule="one_cycle",
                augmentation="strong",
                warp_strength=0.8,
                warp_only=0.4,
                stroke_models=0.12,
                fonts=0.06,
                non_digits=0.15,
                dropout=0.3,
                weight_averaging=0.998,
                precision="bfloat16",
                steps_per_execution=8,
            ),
        )
    }
)
"""The recipes by name."""


def get_recipe(name: str) -> Recipe:
    """Return the recipe called ``name``.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in RECIPES:
        raise UsageError(f"unknown recipe {name!r}; choose one of {', '.join(RECIPES)}")
    return RECIPES[name]
