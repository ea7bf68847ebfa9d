"""Requests that are not HTTP, or whose end is ambiguous: parsers could find different requests in the same bytes."""

from collections.abc import Iterator

from benchmarks.service.requests.request import (
    BEARER,
    HOST,
    HostileRequest,
    head,
    in_chunks,
    make,
    make_harmless,
)

INFER = "POST /v2/models/quick/infer"
SMUGGLED = head("GET /metrics")
_CHUNKED = "Transfer-Encoding: chunked"


def make_requests() -> Iterator[HostileRequest]:
    """Yield the requests."""
    yield from _no_http()
    yield from _lengths()
    yield from _chunks()
    yield from _several()


def _no_http() -> Iterator[HostileRequest]:
    live = "GET /health/live"
    yield make("nonsense", 400, b"hello\r\n\r\n")
    yield make("every byte", 400, bytes(range(256)) * 10)
    yield make("a client that speaks TLS", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500))
    yield make("the preface of HTTP/2", 400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    yield make("HTTP/0.9", 400, b"GET /health/live\r\n\r\n")
    yield make("HTTP/9.9", 400, head(live).replace(b"1.1", b"9.9", 1))
    yield make("HTTP/1.0 without Host", 400, b"GET /health/live HTTP/1.0\r\n\r\n")
    yield make("an unknown method", 400, head("HACK /health/live"))
    yield make("CONNECT to another machine", 400, head("CONNECT evil.example:443"))
    yield make("lines that end with LF", 400, head(live).replace(b"\r\n", b"\n"))
    yield make("lines that end with CR", 400, head(live).replace(b"\r\n", b"\r"))
    yield make("a folded field", 400, head(live, "X-A: b\r\n Transfer-Encoding: chunked"))
    yield make("a field without name", 400, head(live, ": b"))
    yield make("NUL in a field", 400, head(live, "X-A: a\0b"))
    yield make("a hundred thousand empty lines", 431, b"\r\n" * 100_000)
    websocket = ("Upgrade: websocket", "Sec-WebSocket-Version: 13")
    yield make_harmless(
        "another protocol", head(live, *websocket, standard=(HOST, "Connection: upgrade, close"))
    )


def _lengths() -> Iterator[HostileRequest]:
    for value in ("-5", "+5", "0x5", "5, 5", "5 5", "", "five", "9" * 30):
        yield make(
            f"Content-Length {value!r:.12}", 400, head(INFER, f"Content-Length: {value}"), b"hello", SMUGGLED
        )
    two = ("Content-Length: 5", "Content-Length: 6")
    yield make("two lengths", 400, head(INFER, *two), b"hello!", SMUGGLED)
    yield make("the same length twice", 400, head(INFER, *two[:1] * 2), b"hello", SMUGGLED)
    yield make("length and chunks", 400, head(INFER, two[0], _CHUNKED), b"0\r\n\r\n", SMUGGLED)
    yield make("chunks and length", 400, head(INFER, _CHUNKED, two[0]), b"0\r\n\r\n", SMUGGLED)
    yield make("no length", 400, head(INFER), b"hello")
    yield make("a body longer than its length", 400, head(INFER, "Content-Length: 5"), b"hello" + SMUGGLED)
    yield make("a length beyond the limit", 413, head(INFER, f"Content-Length: {2**62}"))
    asking = head("POST /v1/read", f"Content-Length: {2**62}", "Expect: 100-continue")
    yield make("Expect: 100-continue for a body beyond the limit", 413, asking)
    body = head("GET /health/live", f"Content-Length: {len(SMUGGLED)}") + SMUGGLED
    yield make_harmless("a request in the body of GET", body)


def _chunks() -> Iterator[HostileRequest]:
    chunks = b"5\r\nhello\r\n0\r\n\r\n"
    for value in (
        "gzip",
        "xchunked",
        "chunked, identity",
        "chunked\r\nTransfer-Encoding: identity",
        "\x0bchunked",
    ):
        field = f"Transfer-Encoding: {value}"
        yield make(f"Transfer-Encoding {value!r:.40}", 400, head(INFER, field), chunks, SMUGGLED)
    yield make("Transfer-Encoding of HTTP/1.0", 400, head(INFER, _CHUNKED).replace(b"1.1", b"1.0", 1), chunks)
    yield make("a space before the colon", 400, head(INFER, "Transfer-Encoding : chunked"), chunks, SMUGGLED)
    for size in (b"-5", b"0x5", b"5 5", b"", b"five", b"F" * 17, b"5\n"):
        name = f"chunk of length {size.decode()!r:.12}"
        yield make(name, 400, head(INFER, _CHUNKED), size + b"\r\nhello\r\n0\r\n\r\n", SMUGGLED)
    yield make(
        "a chunk longer than its length", 400, head(INFER, _CHUNKED), b"2\r\nhello\r\n0\r\n\r\n", SMUGGLED
    )
    endless = [head(INFER, _CHUNKED), *[b"5;a=" + bytes([97]) * 50_000] * 4]
    yield make("an extension of a chunk without end", 431, *endless)
    yield make(
        "a hundred thousand trailers", 431, head(INFER, _CHUNKED), b"0\r\n", *[b"a: b\r\n" * 10_000] * 10
    )
    yield make("a trailer without end", 431, head(INFER, _CHUNKED), b"0\r\nX: ", *[b"a" * 50_000] * 10)
    trailers = b"0\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n"
    yield make("trailers that contradict the header", 400, head(INFER, _CHUNKED), trailers)


def _several() -> Iterator[HostileRequest]:
    kept = (HOST, BEARER)
    live = head("GET /health/live", standard=kept)
    yield make_harmless("nonsense behind a request", live, 0.3, b"nonsense\r\n\r\n", n_answers=2)
    yield make_harmless("nonsense together with a request", live + b"nonsense\r\n\r\n")
    flood = [live * 1000] * 20
    # Those of a pipeline that is too long are not answered, and how long it gets depends on the speed of the two sides.
    yield make_harmless("20,000 requests without waiting for answers", *flood, n_answers=-1)
    many = in_chunks(*[b"x"] * 3)
    yield make_harmless("a chunked GET", head("GET /health/live", _CHUNKED) + many)
