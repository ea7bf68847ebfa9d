"""JSON as typed records: one definition of each file, with which it is written and checked when it is read.

A record is a dataclass or a `msgspec.Struct`. Its annotations state the type and the range of each field. Unknown
fields are ignored, so files of later versions can be read.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

Record = TypeVar("Record")

Count = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
"""An integer, 0 or more, that fits into 64 bits."""

DigitLabel = Annotated[int, msgspec.Meta(ge=0, le=9)]
"""A digit, 0 to 9."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1 + 1e-6)]
"""A number from 0 to 1; a float32 may round to slightly more than 1."""

Amount = Annotated[float, msgspec.Meta(ge=0, le=1e300)]
"""A finite number, 0 or more."""


def to_json(record: Any, convert: Callable[[Any], Any] | None = None) -> Any:
    """Return a record as the values that `json.loads` returns for its JSON: a tuple becomes a list.

    Parameters
    ----------
    record
        A dataclass, a struct, or a container of them.
    convert
        Called with each value of another type, such as an array; returns a value that JSON can express.
    """
    return json.loads(json.dumps(msgspec.to_builtins(record, enc_hook=convert)))


def from_json(content: Any, kind: type[Record], convert: Callable[[type, Any], Any] | None = None) -> Record:
    """Return parsed JSON as a record of type ``kind``, after a check of each field.

    Parameters
    ----------
    content
        The result of `json.loads`.
    kind
        A dataclass or a struct.
    convert
        Called with the type and the value of each field of another type, such as an array; returns the field.

    Raises
    ------
    ValueError
        If a field is missing, or has another type or range, or contains text that UTF-8 cannot express. The message is
        one line without a final stop: "expected `int`, got `str` at data.n_train".
    """
    try:
        json.dumps(content, ensure_ascii=False).encode()
        return msgspec.convert(content, kind, dec_hook=convert)
    except UnicodeEncodeError as error:
        raise ValueError("expected text, got an unpaired surrogate") from error
    except msgspec.ValidationError as error:
        raise ValueError(describe_fault(error)) from error


def describe_fault(error: msgspec.ValidationError) -> str:
    """Return what is wrong with a record, and where: "expected `int`, got `str` at data.n_train"."""
    fault, _, place = str(error).partition(" - at `$")
    place = place.strip(".`")
    return fault[:1].lower() + fault[1:] + (f" at {place}" if place else "")
