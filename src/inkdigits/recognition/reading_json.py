"""The JSON form of a reading, with the meaning of each field; `docs/reference/formats.md` has its tables.

Probabilities are rounded to six decimal places.
"""

import base64
import io
from typing import Annotated

import msgspec
import numpy as np
from msgspec import UNSET, Meta, UnsetType
from numpy.typing import NDArray

from inkdigits.files.json_records import DigitLabel

JsonBox = Annotated[
    tuple[int, int, int, int], Meta(description="`[x, y, width, height]` in pixels of the original picture")
]
Probability = Annotated[float, Meta(ge=0, le=1)]


class JsonAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another label of a digit."""

    label: Annotated[DigitLabel, Meta(description="0 to 9")]
    probability: Annotated[Probability, Meta(description="its probability, 0 to 1")]


class JsonDigit(msgspec.Struct, frozen=True, kw_only=True):
    """A digit, or a blank cell."""

    label: Annotated[
        DigitLabel | None,
        Meta(description="0 to 9, the most probable digit, even if it is rejected; `null` for a blank cell"),
    ]
    confidence: Annotated[Probability, Meta(description="probability of `label`, 0 to 1")]
    box: JsonBox
    alternatives: Annotated[
        tuple[JsonAlternative, ...],
        Meta(description='the other digits as `{"label", "probability"}`, most probable first'),
    ]
    rejected: Annotated[
        str | None,
        Meta(
            description="`null`, or the reason for the rejection: `blank`, `not_a_digit` or `unsure`",
            extra_json_schema={"enum": [None, "blank", "not_a_digit", "unsure"]},
        ),
    ]
    printed: Annotated[
        Probability | None,
        Meta(
            description="score for print against handwriting, 0 to 1, from the digit alone; above 0.5 it looks "
            "printed; `null` if the detector did not run"
        ),
    ]
    image: Annotated[
        str | UnsetType | None,
        Meta(
            description="only with `--images` (in the service `images=true`): the 28x28 image that the network sees, "
            "white ink on black, as a PNG in base64; `null` for a blank cell"
        ),
    ] = UNSET


class JsonRunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The second most probable text of a number."""

    text: str
    confidence: Probability


class JsonMatchRunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The second-best entry of a roster."""

    text: str
    posterior: Probability


class JsonMatch(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of a roster that a number matches best."""

    text: Annotated[str | None, Meta(description="the entry; `null` if none has the length of the number")]
    posterior: Annotated[Probability, Meta(description="its posterior probability, 0 to 1")]
    runner_up: Annotated[
        JsonMatchRunnerUp | None,
        Meta(description='`{"text", "posterior"}` of the second-best entry, or `null`'),
    ]
    margin: Annotated[
        float | None,
        Meta(
            description="difference of the log-probabilities of both, in nats; `null` if no other entry is possible"
        ),
    ]
    in_list: Annotated[bool, Meta(description="whether the number is more probably in the roster than not")]


class JsonExpectation(msgspec.Struct, frozen=True, kw_only=True):
    """The probability of an expected number."""

    text: Annotated[str, Meta(description="the expected number")]
    probability: Annotated[
        Probability, Meta(description="probability that the digits are exactly those of `text`, 0 to 1")
    ]
    is_there: Annotated[bool, Meta(description="whether the probability is at least 0.5")]


class JsonNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number, or a row of cells."""

    text: Annotated[
        str,
        Meta(description="the number, with its separators; `?` for a rejected digit, `_` for a blank cell"),
    ]
    confidence: Annotated[Probability, Meta(description="probability that the whole number is right, 0 to 1")]
    box: JsonBox
    runner_up: Annotated[
        JsonRunnerUp | None,
        Meta(description='`{"text", "confidence"}` of the second most probable reading, or `null`'),
    ]
    digits: Annotated[
        tuple[JsonDigit, ...],
        Meta(description="its digits, from left to right; the same objects as in the flat list"),
    ]
    match: Annotated[
        JsonMatch | UnsetType,
        Meta(description="only with `--roster`: the best matching entry, see below"),
    ] = UNSET
    expected: Annotated[JsonExpectation | UnsetType, Meta(description="only with `--expect`: see below")] = (
        UNSET
    )
    row: Annotated[int | UnsetType, Meta(description="only in boxes, grids and tables: its row, from 0")] = (
        UNSET
    )
    column: Annotated[int | UnsetType, Meta(description="only in tables: its column, from 0")] = UNSET


class JsonReading(msgspec.Struct, frozen=True, kw_only=True):
    """The reading of one picture."""

    text: Annotated[str, Meta(description="the numbers, one a line")]
    width: Annotated[int, Meta(description="width in pixels of the original picture, upright", ge=1)]
    height: Annotated[int, Meta(description="height in pixels of the original picture, upright", ge=1)]
    digits: Annotated[
        tuple[JsonDigit, ...],
        Meta(description="all digits and blank cells in reading order, without separators"),
    ]
    numbers: Annotated[tuple[JsonNumber, ...], Meta(description="groups of digits, in reading order")]


class JsonPicture(JsonReading, frozen=True, kw_only=True):
    """The output of ``inkdigits read`` for one picture."""

    picture: Annotated[
        str, Meta(description="the file as given; `FILE.pdf#2` for a page, `-` for the standard input")
    ]


class JsonFailure(msgspec.Struct, frozen=True, kw_only=True):
    """The output of ``inkdigits read`` for a picture that cannot be read."""

    picture: str
    error: Annotated[
        str,
        Meta(
            description="only if the picture cannot be read: the reason; all other fields but `picture` are then "
            "missing"
        ),
    ]


def encode_image(image: NDArray[np.uint8]) -> str:
    """Return a grey image, ``uint8`` of shape (h, w), as a PNG in base64."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")  # writes: to memory
    return base64.b64encode(file.getvalue()).decode()
