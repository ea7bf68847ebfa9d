"""Recipes: everything that decides a training, in one frozen dataclass a recipe."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from inkdigits.errors import UsageError


def _setting(sentence: str, default: Any = dataclasses.MISSING) -> Any:
    return field(default=default, metadata={"sentence": sentence})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained. Every field carries a sentence that the report prints beside its value."""

    name: str = _setting("What the recipe is called.")
    network: str = _setting("The architecture.", "classic")
    epochs: int = _setting("How often the training images are gone through.")
    batch_size: int = _setting("Images a step.", 128)
    learning_rate: float = _setting("Adam's step size; the peak of it where the schedule moves it.", 0.001)
    schedule: Literal["constant", "one_cycle"] = _setting(
        "How the learning rate moves: constant, or one cycle (a linear rise to the peak and a linear fall to nought).",
        "constant",
    )
    warm_up: float = _setting("Share of the training in which a one-cycle learning rate rises.", 0.2)
    augmentation: Literal["none", "shift", "warp", "strong"] = _setting(
        "How the training images are augmented, anew for each epoch: not at all, shifted at random, warped (rotated, "
        "sheared, scaled, shifted and bent a little), or strongly (also with other stroke widths, overlays and "
        "degradations).",
        "none",
    )
    max_shift: int = _setting(
        "Farthest random shift along each axis, in pixels, where images are shifted.", 0
    )
    warp_strength: float = _setting(
        "How far images are warped, where they are; 1 rotates by up to 10 degrees.", 1.0
    )
    gentle: float = _setting(
        "Share of the images that are warped alone, where the others are augmented strongly.", 0.0
    )
    stroke_models: float = _setting("Share of a batch that is digits drawn from stroke models.", 0.0)
    fonts: float = _setting("Share of a batch that is digits of handwriting fonts.", 0.0)
    non_digits: float = _setting(
        "Share of a batch that is invented non-digits, for networks that answer is_digit.", 0.0
    )
    unknown_kinds: str = _setting(
        "Kinds of invented non-digits that are left out, with commas between them, so that they can be met for the "
        "first time afterwards.",
        "",
    )
    teacher: str = _setting(
        "A larger model that is learnt from in place of the labels: a shipped one by its name, or an .onnx file; "
        "empty for none.",
        "",
    )
    teacher_temperature: float = _setting("By which the logits of teacher and pupil are divided.", 4.0)
    dropout: float = _setting("Share of the last features silenced in each step.", 0.5)
    weight_averaging: float = _setting(
        "Momentum of the exponential moving average of the weights that is kept as the result; 0 for none.",
        0.0,
    )
    validation_share: float = _setting(
        "Share of the training images kept back to watch the training by.", 0.0
    )
    precision: Literal["float32", "bfloat16"] = _setting(
        "Arithmetic of the training: float32, or bfloat16 products with float32 weights where the processor has "
        "them in hardware (float32 elsewhere). The exported network is float32 always.",
        "float32",
    )
    steps_per_execution: int = _setting("Steps that run between two looks of the progress bar.", 1)

    def __post_init__(self) -> None:
        """Refuse a value out of its range, naming the field, the range and the value."""
        ranges = {
            "epochs": (1, 10_000),
            "batch_size": (1, 1_000_000),
            "learning_rate": (1e-9, 10.0),
            "warm_up": (0.0, 0.99),
            "max_shift": (0, 14),
            "warp_strength": (0.0, 4.0),
            "gentle": (0.0, 1.0),
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
                raise UsageError(f"{name} lies between {low:g} and {high:g}, but {value:g} was asked for")
        if self.invented >= 1:
            raise UsageError(
                f"a batch needs real digits too, but {self.invented:.0%} of it was to be invented"
            )
        if self.unknown_kinds:
            from inkdigits.training.synthetic.negatives import known_kinds

            known_kinds(self.unknown_kinds)
        for name, kind in typing.get_type_hints(Recipe).items():
            choices = typing.get_args(kind)
            if choices and getattr(self, name) not in choices:
                raise UsageError(
                    f"{name} is one of {', '.join(choices)}, but {getattr(self, name)!r} was asked for"
                )

    @property
    def invented(self) -> float:
        """Share of a batch that does not come from the data set."""
        return self.stroke_models + self.fonts + self.non_digits

    def override(self, settings: Mapping[str, str | int | float]) -> "Recipe":
        """Return the recipe with single settings replaced, text turned into the field's type.

        Raises
        ------
        UsageError
            If there is no such setting, or if the value is not of its type or out of its range.
        """
        kinds = typing.get_type_hints(Recipe)
        values: dict[str, Any] = {}
        for name, value in settings.items():
            if name not in kinds or name == "name":
                known = ", ".join(kind for kind in kinds if kind != "name")
                raise UsageError(f"a recipe has no setting {name!r}; its settings are {known}")
            kind = kinds[name] if kinds[name] in (int, float) else str
            try:
                values[name] = kind(value)
            except ValueError as error:
                raise UsageError(f"{name} is {_a(kind)}, but {value!r} was given") from error
        return dataclasses.replace(self, **values)

    @staticmethod
    def from_json(settings: dict[str, Any]) -> "Recipe":
        """Make the recipe again from what `to_json` gave.

        Raises
        ------
        UsageError
            If a setting is unknown, missing or out of its range.
        """
        try:
            return Recipe(**settings)
        except TypeError as error:
            raise UsageError(f"these are no settings of a recipe: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return dataclasses.asdict(self)

    @staticmethod
    def sentences() -> dict[str, str]:
        """Return what each setting means, by name."""
        return {setting.name: setting.metadata["sentence"] for setting in dataclasses.fields(Recipe)}


def _a(kind: type) -> str:
    return {int: "a whole number", float: "a number"}.get(kind, "a word")


# The best that the original's architecture holds. It is too small to learn by heart what a teacher thinks of digits
# that are warped anew in every epoch, so it needs no dropout. What is good for it is good for the other small networks.
_TAUGHT = Recipe(
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
            # The published project to the letter.
            Recipe(name="original", epochs=15, validation_share=0.1),
            # The original's accuracy in the least time. A learning rate that goes ten times as high and comes back to
            # nought, small shifts, and the average of the last weights do it; dropout would cost time,
            # and in four epochs nothing is learnt by heart.
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
            _TAUGHT,
            # The best below 8,500 parameters.
            dataclasses.replace(_TAUGHT, name="compact", network="compact", epochs=30),
            # The original's accuracy at the most images a second.
            dataclasses.replace(_TAUGHT, name="quick", network="quick", epochs=30),
            # Made for real pictures: every hand, pen and scanner, and what is no digit.
            Recipe(
                name="accurate",
                network="accurate",
                epochs=28,
                batch_size=256,
                learning_rate=0.004,
                schedule="one_cycle",
                augmentation="strong",
                warp_strength=0.8,
                gentle=0.4,
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
        raise UsageError(f"there is no recipe {name!r}; choose one of {', '.join(RECIPES)}")
    return RECIPES[name]
