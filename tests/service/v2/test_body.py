"""The header and the body of an inference request."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from inkdigits.service.refusals import Refusal
from inkdigits.service.v2.body import MAX_BODY_BYTES, SMALL_BODY_BYTES, read_body, read_header


def read(*messages):
    waiting = list(messages)

    async def receive():
        return waiting.pop(0)

    return asyncio.run(read_body(receive))


def make_message(body, more_body=False):
    return {"type": "http.request", "body": body, "more_body": more_body}


def test_a_body_is_one_message_or_several():
    assert read(make_message(b"abc")) == b"abc"
    assert read(make_message(b"a", True), make_message(b"", True), make_message(b"bc")) == b"abc"
    assert read({"type": "http.request"}) == b""


def test_the_longest_body_is_received():
    assert len(read(make_message(bytes(MAX_BODY_BYTES)))) == MAX_BODY_BYTES


@pytest.mark.parametrize(
    "messages",
    [
        [make_message(bytes(MAX_BODY_BYTES + 1))],
        [make_message(bytes(MAX_BODY_BYTES), True), make_message(b"x")],
        [make_message(bytes(MAX_BODY_BYTES + 1), True)],
    ],
)
def test_a_longer_body_is_refused_as_soon_as_it_is_too_long(messages):
    with pytest.raises(Refusal) as caught:
        read(*messages)
    assert (caught.value.status, caught.value.reason) == (413, "body_length")


def test_a_client_that_goes_away_within_a_body_is_noticed():
    with pytest.raises(ClientDisconnect):
        read(make_message(b"a", True), {"type": "http.disconnect"})


def read_fields(**fields):
    headers = [(name.replace("_", "-").encode(), str(value).encode()) for name, value in fields.items()]
    return read_header({"headers": [(b"host", b"x"), *headers]})


def test_the_header_says_where_the_json_ends_and_whether_the_body_is_small():
    assert read_fields(content_length=10) == (None, True)
    assert read_fields(content_length=SMALL_BODY_BYTES) == (None, True)
    assert read_fields(content_length=SMALL_BODY_BYTES + 1) == (None, False)
    assert read_fields(content_length=900, inference_header_content_length=100) == (100, True)
    assert read_fields(inference_header_content_length=0) == (0, False)


def test_a_body_that_is_announced_as_too_long_is_refused():
    assert read_fields(content_length=MAX_BODY_BYTES) == (None, False)
    with pytest.raises(Refusal) as caught:
        read_fields(content_length=MAX_BODY_BYTES + 1)
    assert (caught.value.status, caught.value.reason) == (413, "body_length")
