"""The reader of the wire format: values, and what it refuses."""

from typing import Any

import pytest

from inkdigits.recognition.model_files.wire import Field, WireError, WireReader

INNER = {1: Field("number", "int")}
FIELDS = {
    1: Field("number", "int"),
    2: Field("text", "text"),
    3: Field("numbers", "int", is_repeated=True),
    4: Field("inner", "message", fields=INNER),
    5: Field("data", "bytes"),
    6: Field("notes", "skipped"),
    7: Field("a secret", "refused"),
    8: Field("mixed", "any", is_repeated=True),
}


def read(content: bytes, max_fields: int = 100) -> dict[str, Any]:
    return WireReader(max_fields).read_message(memoryview(content), FIELDS)


def test_values_of_every_kind() -> None:
    content = (
        b"\x08\x96\x01"  # number: 150, the example of the protobuf documentation
        b"\x12\x07testing"  # text, from the same document
        b"\x1a\x03\x03\x8e\x02\x18\x05"  # numbers: packed 3 and 270, then 5
        b"\x22\x03\x08\x96\x01"  # inner
        b"\x2a\x02\x00\xff"  # data
        b"\x31" + bytes(8) + b"\x42\x01a\x40\x07"  # notes as fixed64; mixed: bytes, then an integer
    )
    found = read(content)
    assert found.pop("data") == b"\x00\xff"
    assert [bytes(each) if isinstance(each, memoryview) else each for each in found.pop("mixed")] == [b"a", 7]
    assert found == {"number": 150, "text": "testing", "numbers": [3, 270, 5], "inner": {"number": 150}}


def test_negative_numbers_have_ten_bytes() -> None:
    assert read(b"\x08" + b"\xff" * 9 + b"\x01")["number"] == -1


def test_bytes_are_views() -> None:
    content = b"\x2a\x02ab"
    view = read(content)["data"]
    assert isinstance(view, memoryview)
    assert view.obj is content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x48\x01", "unknown field 9"),
        (b"\x00\x01", "unknown field 0"),
        (b"\x3a\x01a", "a secret, which is not allowed"),
        (b"\x38\x01", "a secret, which is not allowed"),
        (b"\x08\x01\x08\x02", "number occurs twice"),
        (b"\x22\x00\x22\x00", "inner occurs twice"),
        (b"\x0a\x01a", "number has the wire type 2"),
        (b"\x10\x01", "text has the wire type 0"),
        (b"\x20\x01", "inner has the wire type 0"),
        (b"\x0b", "has the wire type 3"),
        (b"\x12\x01\xff", "text is not UTF-8"),
        (b"\x12\x05abc", "cut off"),
        (b"\x31abc", "cut off"),
        (b"\x08", "cut off"),
        (b"\x08\x80", "cut off"),
        (b"\x1a\x02\x01\x80", "cut off"),
        (b"\x08" + b"\x80" * 10 + b"\x01", "more than 64 bits"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "more than 64 bits"),
        (b"\x12" + b"\xff" * 9 + b"\x01", "cut off"),
    ],
)
def test_what_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        read(content)


@pytest.mark.parametrize(
    "content",
    [b"\x18\x01" * 6, b"\x1a\x05\1\1\1\1\1", b"\x32\x00" * 6, b"\x22\x02\x08\x01" * 1 + b"\x30\x01" * 4],
)
def test_fields_and_packed_numbers_are_counted(content: bytes) -> None:
    read(content, max_fields=6)
    with pytest.raises(WireError, match="more than 5 fields"):
        read(content, max_fields=5)
