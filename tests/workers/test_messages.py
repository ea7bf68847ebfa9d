import contextlib
import struct
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits import errors
from inkdigits.errors import InkdigitsError, MissingExtraError, PictureError, WorkerError
from inkdigits.recognition.reader import Reader
from inkdigits.recognition.reading import Digit, Expectation, Match, Number, Reading
from inkdigits.workers.messages import (
    HEADER,
    MAX_RESULT_BYTES,
    FrameReader,
    InvalidMessageError,
    decode_error,
    decode_result,
    encode_error,
    encode_result,
    rebuild_error,
)

READING = Reading(
    (
        Number(
            "1?",
            (
                Digit(1, 0.1 + 0.2, (1, 2, 3, 4), ((7, 1e-300),), None, np.full((28, 28), 7, np.uint8), 0.25),
                Digit(None, 1.0, (0, 0, 9, 9), (), "blank"),
            ),
            1 / 3,
            (-1, 2, 3, 4),
            ("17", 0.5),
            Match(None, 0.0, ("12", 0.25), float("inf"), False),
            Expectation("12", 0.75),
            2,
            None,
        ),
    ),
    (640, 480),
)
"""A reading with a value in every field."""


def test_a_reading_is_restored_with_every_field_and_type() -> None:
    restored = decode_result(encode_result(READING), Reading)
    assert repr(restored) == repr(READING)
    image = restored.digits[0].image
    np.testing.assert_array_equal(image, READING.digits[0].image, strict=True)
    image[0, 0] = 1  # its own memory
    assert restored.digits[1].image is None


def test_a_reading_and_a_drawing_are_restored(reader: Reader) -> None:
    result = (reader.read(np.zeros((50, 50), np.uint8)), b"drawing")
    assert decode_result(encode_result(result), tuple[Reading, bytes]) == result


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40))), st.integers(1, 50))
def test_messages_are_split_wherever_the_pieces_end(messages: list[tuple[int, bytes]], length: int) -> None:
    stream = b"".join(HEADER.pack(kind, len(content)) + content for kind, content in messages)
    reader, found = FrameReader(), []
    for start in range(0, len(stream), length):
        found += reader.feed(stream[start : start + length])
    assert found == messages


def test_a_message_that_is_too_long_is_refused_before_it_has_arrived() -> None:
    assert list(FrameReader().feed(HEADER.pack(1, MAX_RESULT_BYTES))) == []
    with pytest.raises(InvalidMessageError):
        list(FrameReader().feed(HEADER.pack(1, MAX_RESULT_BYTES + 1)))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_result_or_an_invalid_message(content: bytes) -> None:
    for decode in (lambda: decode_result(content, Reading), lambda: decode_error(content)):
        with contextlib.suppress(InvalidMessageError):
            decode()


@given(st.integers(0, 20_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_reading_is_a_reading_or_an_invalid_message(place: int, bytes_: bytes) -> None:
    content = bytearray(encode_result(READING))
    place %= len(content)
    content[place : place + len(bytes_)] = bytes_
    try:
        restored = decode_result(bytes(content), Reading)
    except InvalidMessageError:
        return
    assert isinstance(restored, Reading)


@pytest.mark.parametrize(
    "image",
    [
        [[28, 28], bytes(3)],
        [[-1, 784], bytes(784)],
        [[2**62, 2**62], b""],
        [784, bytes(784)],
        "text",
        [[28, 28]],
    ],
)
def test_an_image_of_another_size_than_its_shape_is_refused(image: object) -> None:
    content = msgspec.msgpack.decode(encode_result(READING))
    content["numbers"][0]["digits"][0]["image"] = image
    if image == [[-1, 784], bytes(784)]:
        decoded = decode_result(msgspec.msgpack.encode(content), Reading)
        assert decoded.digits[0].image.shape == (1, 784)
        return
    with pytest.raises(InvalidMessageError):
        decode_result(msgspec.msgpack.encode(content), Reading)


def test_deeply_nested_messages_are_refused() -> None:
    with pytest.raises(InvalidMessageError):
        decode_result(100_000 * b"\x91", Reading)


@pytest.mark.parametrize(
    "error",
    [
        PictureError("a.png is damaged"),
        MissingExtraError("a.pdf is a PDF; reading it", "pdf", "pypdfium2"),
        *(kind("m") for kind in (errors.UsageError, errors.ModelError, errors.DataError, errors.WorkerError)),
    ],
)
def test_errors_are_restored_with_their_attributes(error: InkdigitsError) -> None:
    restored = rebuild_error(decode_error(encode_error(error)))
    assert type(restored) is type(error)
    assert (str(restored), vars(restored)) == (str(error), vars(error))


@pytest.mark.parametrize("name", ["KeyError", "exit", "__builtins__", "", "InkdigitsErrors"])
def test_an_error_of_an_unknown_class_is_a_worker_error(name: str) -> None:
    content = msgspec.msgpack.encode([name, "message", {}, ""])
    assert type(rebuild_error(decode_error(content))) is WorkerError


def test_what_workers_cannot_send_is_an_error() -> None:
    for value in (np.zeros(3), Path(), object()):
        with pytest.raises(NotImplementedError, match="cannot be sent"):
            encode_result(value)
    assert struct.calcsize(HEADER.format) == 9
