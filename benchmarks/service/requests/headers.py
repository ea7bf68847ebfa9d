"""Requests with hostile header fields, addresses and methods."""

import gzip
from collections.abc import Iterator

from benchmarks.service.requests.request import (
    BEARER,
    CLOSE,
    HOST,
    TOKEN,
    HostileRequest,
    head,
    make,
    make_harmless,
    post,
)

_LIVE = "GET /health/live"


def make_requests() -> Iterator[HostileRequest]:
    """Yield the requests."""
    yield from _hosts()
    yield from _tokens_and_origins()
    yield from _fields()
    yield from _addresses()
    yield from _methods()


def _hosts() -> Iterator[HostileRequest]:
    yield make("no Host", 400, head(_LIVE, standard=(CLOSE,)))
    yield make("two Hosts", 400, head(_LIVE, "Host: evil.example"))
    names = (
        "evil.example",
        "",
        "localhost@evil.example",
        "localhost/evil",
        "localhost:80:80",
        "localhost.evil",
        "é",
    )
    for name in (*names, "127.0.0.1#", "a" * 10_000, "[::1", "0x7f000001"):
        yield make(f"Host {name[:30]!r}", 421, head(_LIVE, f"Host: {name}", standard=(CLOSE,)))
    yield make("an address with another host", 421, head("GET http://evil.example/health/live"))
    yield make(
        "an address with user and another host", 421, head("GET http://127.0.0.1@evil.example/health/live")
    )
    yield make("an address with half a host", 400, head("GET http://[/health/live"))


def _tokens_and_origins() -> Iterator[HostileRequest]:
    values = ("", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x")
    for value in values:
        fields = (HOST, CLOSE, f"Authorization: {value}")
        yield make(
            f"Authorization {value.replace(TOKEN, 'TOKEN')!r}", 401, head("GET /metrics", standard=fields)
        )
    yield make("no token", 401, head("GET /metrics", standard=(HOST, CLOSE)))
    yield make("the token in the query", 401, head(f"GET /metrics?token={TOKEN}", standard=(HOST, CLOSE)))
    yield make("a public path before a secret one", 404, head("GET /page/../metrics", standard=(HOST, CLOSE)))
    yield make("another case of a secret path", 401, head("GET /METRICS", standard=(HOST, CLOSE)))
    form = "Content-Type: application/x-www-form-urlencoded"
    origins = (
        "Origin: https://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Origin: http://localhost.evil",
    )
    for field in origins:
        yield make(f"a form of another page, {field}", 403, post("/v1/read", b"a=b", form, field))
    preflight = ("Origin: https://evil.example", "Access-Control-Request-Method: POST")
    yield make("a preflight of another page", 403, head("OPTIONS /v1/read", *preflight))


def _fields() -> Iterator[HostileRequest]:
    yield make("1,001 fields", 431, head(_LIVE, *[f"X-{i}: 1" for i in range(1001)]))
    yield make("a field of 100 kB", 431, head(_LIVE, "X-A: " + "a" * 100_000))
    yield make("a name of a field of 100 kB", 431, head(_LIVE, "A" * 100_000 + ": 1"))
    yield make("a header without end", 431, head(_LIVE)[:-2], *[b"X-A: b\r\n" * 1000] * 40)
    yield make("an identifier with a control character", 400, head(_LIVE, "X-Request-Id: a\x1b[2J"))
    for field in (
        "X-Request-Id: a INJECTED",
        "X-Request-Id: " + "INJECTED" * 100,
        "traceparent: 00-INJECTED-01",
    ):
        yield make_harmless(f"{field[:24]}...", head(_LIVE, field))
    yield make_harmless("a thousand traceparents", head(_LIVE, *["traceparent: 00-0-0-0"] * 90))
    for value in ("nan", "inf", "-1", "0", "1e999", "", "five", "\xff"):
        yield make(f"X-Deadline-Seconds {value!r}", 400, head(_LIVE, f"X-Deadline-Seconds: {value}"))
    bomb = gzip.compress(bytes(2**20))
    for value in ("gzip", "br", "identity, gzip", "GZIP"):
        yield make(f"a body compressed by {value}", 415, post("/v1/read", bomb, f"Content-Encoding: {value}"))
    ranges = ("bytes=-1", "bytes=18446744073709551616-", "bytes=" + "0-0," * 1000 + "1-1", "lines=1-2")
    for value in ranges:  # a server may ignore it (RFC 9110, section 14.2)
        yield make_harmless(f"Range {value:.24}", head("GET /", f"Range: {value}"))
    yield make_harmless("If-None-Match of 10 kB", head("GET /", "If-None-Match: " + '"a",' * 2500))
    yield make_harmless("Expect of something else", head(_LIVE, "Expect: 200-maybe"))


def _addresses() -> Iterator[HostileRequest]:
    yield make("an address of 5 kB", 414, head("GET /" + "a" * 5000))
    long = head("GET /" + "a" * 100_000)
    yield make("an address of 100 kB", 414, long)
    yield make("an address of 100 kB in two parts", 414, long[:50_000], 0.3, long[50_000:])
    yield make("an address with a byte beyond ASCII", 400, head("GET /\xe9"))
    yield make("OPTIONS *", 404, head("OPTIONS *"))
    paths = (
        "/page/../../../../etc/passwd",
        "/page/..%2f..%2f..%2fetc%2fpasswd",
        "/page/%252e%252e/%252e%252e/etc/passwd",
        "/page/..\\..\\etc\\passwd",
        "/page//etc/passwd",
        "/page/%00",
        "/docs/../../etc/passwd",
        "/docs/%2e%2e/openapi.py",
        "//evil.example/health/live",
        "/%0d%0aSet-Cookie:%20INJECTED",
        "/%1b[2J",
        "/%ff%fe",
        "/" * 4000,
        "/v2/models/..%2f..%2fetc%2fpasswd/infer",
        "/v2/models/" + "a" * 3000,
        "/v2/models/quick/versions/" + "9" * 3000,
        "/health/live/",
    )
    for path in paths:
        yield make(f"GET {path:.44}", 404, head(f"GET {path}"))


def _methods() -> Iterator[HostileRequest]:
    methods = (
        "TRACE /health/live",
        "PUT /",
        "DELETE /v1/read",
        "GET /v1/read",
        "PATCH /metrics",
        "HEAD /v1/read",
    )
    for method in (*methods, "GET /v2/models/quick/infer", "POST /v2", "PROPFIND /"):
        yield make(method, 405, head(method))
    small = (HOST, BEARER)
    yield make(
        "a method of another page's script", 403, head("PUT /", "Origin: http://evil", CLOSE, standard=small)
    )
