"""The answers of ``/v1`` besides readings: the models and rosters that a request may choose, and errors."""

from typing import Annotated

import msgspec
from msgspec import Meta


class OfferedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A classifier that a request may choose."""

    name: Annotated[str, Meta(description="its name, for the option `model`")]
    sha256: Annotated[str, Meta(description="SHA-256 of its file", pattern="^[0-9a-f]{64}$")]
    accuracy: Annotated[
        float | None, Meta(description="its accuracy on MNIST's test images, 0 to 1; `null` if it is unknown")
    ]


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The classifiers that a request may choose, the most accurate first."""

    models: tuple[OfferedModel, ...]


class OfferedRoster(msgspec.Struct, frozen=True, kw_only=True):
    """A list of the possible numbers that a request may choose."""

    name: Annotated[str, Meta(description="its name, for the option `roster`")]
    n_entries: Annotated[int, Meta(description="how many numbers it has", ge=1)]
    lengths: Annotated[tuple[int, ...], Meta(description="how many digits its numbers have, ascending")]


class RosterList(msgspec.Struct, frozen=True, kw_only=True):
    """The lists of possible numbers that a request may choose."""

    rosters: tuple[OfferedRoster, ...]


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """The reason for which a request is refused."""

    error: Annotated[
        str, Meta(description="the reason, in one line: what was expected, what came, what to do")
    ]
