"""The options of ``POST /v1/read``, which are in the query of its address."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.datastructures import QueryParams

from inkdigits.files.limits import MAX_ROSTER_DIGITS
from inkdigits.recognition.numbers.constraints import build_constraints, parse_digits
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources

MAX_LENGTH = MAX_ROSTER_DIGITS
"""Number of digits of the longest number that can be asked for: as in a roster."""

MAX_PAGE = 100_000
"""Largest number of a page; documents of 64 MB have some ten thousand pages at most."""

MAX_NAME_CHARACTERS = 100
"""Length of the longest name of a model or a roster."""

MAX_DIGITS_CHARACTERS = 40
"""Length of the longest set of digits: all ten, each with a comma, and as much again."""

_RANGE = "|".join(f"{first}-[{first}-9]" for first in range(10))
_DIGITS_PATTERN = f"^([0-9]+|{_RANGE})(,([0-9]+|{_RANGE}))*$"
"""What `parse_digits` takes, for the schema; its message says more than that of a pattern."""

_Absent = SkipJsonSchema[None]
"""The value of an option that is not given, which is no value of a query."""

_Length = Annotated[int, Field(ge=1, le=MAX_LENGTH)]
_Page = Annotated[int, Field(ge=1, le=MAX_PAGE)]
_Name = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS)]
_DigitSet = Annotated[
    str, Field(max_length=MAX_DIGITS_CHARACTERS, json_schema_extra={"pattern": _DIGITS_PATTERN})
]
_Number = Annotated[str, Field(max_length=MAX_LENGTH, json_schema_extra={"pattern": "^[0-9]+$"})]


class ReadingQuery(BaseModel):
    """The options of a reading; those of ``inkdigits read``, except for paths."""

    model_config = ConfigDict(extra="forbid")

    layout: Annotated[
        Literal["auto", "digit", "line", "boxes", "page"],
        Field(
            description="Layout of the digits: a single digit, a line, one digit per box, or a page of lines."
        ),
    ] = "auto"
    length: Annotated[
        _Length | _Absent, Field(description="Number of digits of every number.", examples=[3])
    ] = None
    roster: Annotated[
        _Name | _Absent,
        Field(description="Name of a list of the possible numbers, of those in `/v1/rosters`."),
    ] = None
    digits: Annotated[
        _DigitSet | _Absent,
        Field(description="Possible digits, such as `1-9` or `0,5`.", examples=["1-9"]),
    ] = None
    ink: Annotated[
        Literal["auto", "any", "handwritten", "printed"],
        Field(
            description="Which digits to read: `handwritten` skips the print, `printed` skips the handwriting, `any` "
            "reads both. `auto` skips the print of a page that somebody has filled in by hand, and else reads both."
        ),
    ] = "auto"
    expect: Annotated[
        _Number | _Absent,
        Field(
            description="Expected number; the answer has the probability that the picture shows it.",
            examples=["7"],
        ),
    ] = None
    model: Annotated[
        _Name | _Absent,
        Field(
            description="Name of the classifier, of those in `/v1/models`. By default the most accurate one, combined "
            "with the detector.",
        ),
    ] = None
    page: Annotated[
        _Page | _Absent,
        Field(
            description="Page of a PDF or TIFF, from 1. Required if it has several; the header `Page-Count` of the "
            "answer has their number.",
            examples=[1],
        ),
    ] = None
    images: Annotated[
        bool, Field(description="Whether each digit of the answer has the 28x28 image that the network sees.")
    ] = False

    def make_options(self, resources: Resources) -> dict[str, Any]:
        """Return the options for a worker; see `inkdigits.workers.readers.Readers.read`.

        Parameters
        ----------
        resources
            The service's models and rosters.

        Raises
        ------
        Refusal
            If there is no model or roster of that name.
        UsageError
            If ``digits`` or ``expect`` contain anything other than digits.
        """
        _check_name("model", self.model, resources.models)
        _check_name("roster", self.roster, resources.rosters)
        given = self.model_dump(include={"layout", "length", "ink", "expect", "model"}, exclude_unset=True)
        if self.roster is not None:
            given["roster_name"] = self.roster
        if self.digits is not None:
            given["digits"] = parse_digits(self.digits)
        build_constraints(None, None, given.get("digits"), self.expect, self.ink)
        return given


def check_repeated(query: QueryParams) -> None:
    """Refuse a query with an option that is there twice, of which only one would be used.

    Raises
    ------
    Refusal
        If there is one.
    """
    for name in query:
        if len(query.getlist(name)) > 1:
            raise Refusal(
                422, f"expected each option once, but got {name!r:.100} several times", "wrong_option"
            )


def describe_wrong_query(error: RequestValidationError) -> str:
    """Return the first error of a query in one line."""
    first = error.errors()[0]
    name = str(first["loc"][1])[:MAX_NAME_CHARACTERS]
    if first["type"] == "extra_forbidden":
        return f"expected the options {', '.join(ReadingQuery.model_fields)}, but got {name!r}"
    fault = str(first["msg"])
    return f"{name}: {fault[:1].lower()}{fault[1:]}, but got {first.get('input')!s:.100}"


def _check_name(kind: str, name: str | None, offered: Mapping[str, object]) -> None:
    if name is not None and name not in offered:
        raise Refusal(
            422,
            f"expected the name of a {kind} ({', '.join(offered) or 'there is none'}), but got {name!r:.120}",
            f"unknown_{kind}",
        )
