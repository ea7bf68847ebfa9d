"""The examples of the OpenAPI document."""

from dataclasses import dataclass
from typing import Any

from inkdigits.recognition.reading import Digit, Number, Reading


@dataclass(frozen=True)
class ErrorExamples:
    """An error status in the OpenAPI document.

    Attributes
    ----------
    description
        When it is answered.
    messages
        Messages by the name of the example.
    """

    description: str
    messages: dict[str, str]


def _make_seven() -> Reading:
    """Return the reading of a picture of one digit, abridged: ``alternatives`` has all nine."""
    digit = Digit(7, 0.999545, (153, 156, 97, 114), ((2, 0.000415), (9, 0.000031)), printed=0.000102)
    return Reading((Number("7", (digit,), digit.confidence, digit.box),), (361, 340))


def _make_form() -> Reading:
    """Return the reading of a row of three boxes, the last of which is blank."""
    four = Digit(4, 0.998712, (12, 10, 31, 44), ((9, 0.000911),), printed=0.003)
    unsure = Digit(1, 0.551034, (64, 9, 18, 46), ((7, 0.448202),), "unsure", printed=0.002)
    blank = Digit(None, 0.999101, (104, 8, 46, 50), (), "blank", printed=0.0)
    box = (12, 8, 138, 50)
    return Reading((Number("4?_", (four, unsure, blank), 0.549823, box, ("47_", 0.447)),), (160, 64))


READINGS: dict[str, Any] = {"one digit": _make_seven().to_json(), "boxes": _make_form().to_json()}
"""Readings by the name of the example."""

MODELS = {"models": [{"name": "accurate", "sha256": 32 * "0f", "accuracy": 0.9972}]}
"""An answer of ``/v1/models``."""

ROSTERS = {"rosters": [{"name": "pupils", "n_entries": 612, "lengths": [5, 6]}]}
"""An answer of ``/v1/rosters``."""

ERRORS = {
    400: ErrorExamples(
        "The form is damaged, or has more than one file.",
        {
            "two files": "expected a form with one file, 'picture', but: Too many files. Maximum number of files is 1"
        },
    ),
    401: ErrorExamples(
        "The token is missing or wrong.",
        {"no token": "expected the header  Authorization: Bearer TOKEN  with the token of this service"},
    ),
    408: ErrorExamples(
        "The body arrives too slowly.",
        {
            "slow": "the body arrives too slowly: 812 bytes in 5.0 s; expected 1000 bytes a second, and all within 60 s"
        },
    ),
    413: ErrorExamples(
        "The body is too long.",
        {"long": "expected at most 67174400 bytes in the body; scale the picture down"},
    ),
    415: ErrorExamples(
        "The body is not a picture, or its format needs a package that is not installed here.",
        {
            "JSON": "expected a picture, as the file 'picture' of multipart/form-data (curl -F picture=@FILE) or as "
            "a body of the type image/*, application/pdf or application/octet-stream, but got the type "
            "'application/json'",
        },
    ),
    422: ErrorExamples(
        "An option is wrong, or the picture cannot be read: it is damaged, or needs too much time or memory.",
        {
            "damaged": "the picture is damaged or incomplete: image file is truncated; export it again",
            "slow": "the picture cannot be read: it took more than 20 s; scale it down or crop it, or allow more time",
            "pages": "the picture has 3 pages: choose one, from page=1 to page=3",
            "option": "length: input should be greater than or equal to 1, but got 0",
        },
    ),
    429: ErrorExamples(
        "As many pictures wait for a worker as may.",
        {"full": "32 pictures wait for a worker; try again later"},
    ),
    503: ErrorExamples(
        "The service is starting or stopping.", {"starting": "the service is starting; try again later"}
    ),
    504: ErrorExamples(
        "The picture is not read before the deadline.",
        {"late": "the picture was not read within 30 s; try again later, or scale it down"},
    ),
}
"""The error statuses."""
