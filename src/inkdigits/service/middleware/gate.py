"""The one layer of middleware: what every request passes before and after its route.

One layer instead of ten: each function between server and route takes two to four microseconds, of the three hundred
that a small request has.
"""

import asyncio
import contextlib

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkdigits.service.exchange import EXCHANGE_KEY, Exchange
from inkdigits.service.lifecycle import Lifecycle, Phase
from inkdigits.service.middleware.bodies import BodyRoom, check_announced_body, limit_body
from inkdigits.service.middleware.hosts import HostCheck
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.middleware.origins import OriginCheck
from inkdigits.service.middleware.security_headers import add_security_headers
from inkdigits.service.middleware.timing import Stopwatch, parse_deadline
from inkdigits.service.middleware.tokens import TokenCheck, is_public
from inkdigits.service.middleware.tracing import choose_request_id, parse_traceparent
from inkdigits.service.refusals import Refusal, make_response
from inkdigits.service.settings import Settings

CLIENT_GONE = 499
"""Status in log and metrics of a request whose client closed the connection; nobody receives it. As nginx."""

_LINGER_SECONDS = 2.0
"""Time in seconds for which the rest of a refused body is received and dropped. Closing at once makes the system send a
reset, which deletes the answer before a client that still sends has read it."""

_WANTED = frozenset(
    (
        b"host",
        b"authorization",
        b"origin",
        b"sec-fetch-site",
        b"x-request-id",
        b"traceparent",
        b"content-length",
        b"content-encoding",
        b"transfer-encoding",
        b"x-deadline-seconds",
    )
)
_SAFE_METHODS = ("GET", "HEAD")


class Gate:
    """Checks each request, limits it, answers it if it is refused, completes the answer's header, and records it.

    Parameters
    ----------
    app
        The routes.
    settings, lifecycle
        Of the service.
    journal
        Where requests are recorded.
    """

    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle, journal: Journal) -> None:
        self._app, self._settings, self._lifecycle, self._journal = app, settings, lifecycle, journal
        self._hosts, self._origins = HostCheck(settings), OriginCheck(settings)
        self._tokens, self.room = TokenCheck(settings), BodyRoom(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise RuntimeError(f"expected an HTTP request, but got {scope['type']}")
        exchange: Exchange = scope.get(EXCHANGE_KEY) or scope.setdefault(EXCHANGE_KEY, Exchange())
        exchange.begin()
        self._lifecycle.n_requests += 1
        send = self._complete_header(exchange, send)
        try:
            refusal = await self._run(scope, exchange, receive, send)
            if refusal is not None:
                await self._refuse(exchange, refusal, scope, receive, send)
        finally:
            exchange.end()
            self.room.release(exchange)
            self._lifecycle.n_requests -= 1
            self._journal.record(scope, exchange)

    async def _run(self, scope: Scope, exchange: Exchange, receive: Receive, send: Send) -> Refusal | None:
        """Let the routes answer; return why the request is refused, if it is."""
        stopwatch = None
        try:
            self._check(scope, exchange)
            stopwatch = Stopwatch(exchange, self._settings)
            limited = limit_body(receive, exchange, stopwatch, self._settings, self.room)
            await self._app(scope, limited, send)
        except Refusal as refusal:
            return refusal
        except ClientDisconnect:
            pass
        except HTTPException as error:
            return _describe_missing_route(scope, error)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if exchange.refusal is None or task is None:
                raise
            task.uncancel()
            return exchange.refusal
        except Exception as error:
            self._journal.record_defect(exchange, error)
            return Refusal(
                500,
                f"an unexpected error; the log of the service has it under {exchange.request_id}",
                "defect",
            )
        finally:
            if stopwatch is not None:
                stopwatch.stop()
        # A route without an answer found its client gone.
        return (
            None
            if exchange.status
            else Refusal(CLIENT_GONE, "the client closed the connection", "client_gone")
        )

    def _check(self, scope: Scope, exchange: Exchange) -> None:
        """Check the header of a request.

        Raises
        ------
        Refusal
            If the request is refused.
        """
        found: dict[bytes, bytes] = {}
        n_hosts = 0
        for name, value in scope["headers"]:
            if name in _WANTED:
                n_hosts += name == b"host"
                found[name] = value
        get = found.get
        exchange.request_id = choose_request_id(get(b"x-request-id"))
        if b"traceparent" in found:
            exchange.trace = parse_traceparent(found[b"traceparent"])
        # A body that was not announced does not exist.
        length = get(b"content-length")
        exchange.is_received = (length is None or length == b"0") and b"transfer-encoding" not in found
        if exchange.refusal is not None:  # by the connection
            raise exchange.refusal
        if n_hosts > 1:
            raise Refusal(400, "expected one header Host, but the request has several", "host")
        host, path = get(b"host"), scope["path"]
        self._hosts.check(host)
        self._tokens.check(path, get(b"authorization"))
        if scope["method"] not in _SAFE_METHODS:
            self._origins.check(get(b"origin"), get(b"sec-fetch-site"), host or b"")
        if self._lifecycle.phase is Phase.STARTING and not is_public(path):
            raise Refusal(
                503, "the models are being loaded; try again in a second", "starting", {"Retry-After": "1"}
            )
        check_announced_body(length, get(b"content-encoding"), self._settings)
        if length is not None:
            self.room.check(int(length))
        exchange.deadline_seconds = parse_deadline(get(b"x-deadline-seconds"), self._settings)

    def _complete_header(self, exchange: Exchange, send: Send) -> Send:
        """Return a function that sends an answer with the headers that every answer has."""

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                if exchange.refusal is not None and exchange.refusal.status != message["status"]:
                    raise exchange.refusal  # a route took the refusal for another error
                exchange.status = message["status"]
                headers = add_security_headers(message.get("headers", ()))
                headers.append((b"x-request-id", exchange.request_id.encode()))
                if exchange.trace is not None:
                    headers.append((b"traceresponse", exchange.trace.traceresponse))
                if self._lifecycle.is_draining and not exchange.followers:
                    headers.append((b"connection", b"close"))
                message["headers"] = headers
            elif message["type"] == "http.response.body":
                exchange.n_sent += len(message.get("body", b""))
            await send(message)

        return send_completed

    async def _refuse(
        self, exchange: Exchange, refusal: Refusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a refused request, unless its answer has begun or its client is gone."""
        exchange.reason = refusal.reason
        if exchange.status:
            return  # the server closes a connection whose answer is not complete
        if refusal.status == CLIENT_GONE:
            exchange.status = CLIENT_GONE
            return
        exchange.refusal = None  # it is answered now
        response = make_response(refusal)
        if exchange.is_received:
            await response(scope, receive, send)
            return
        headers = [*response.raw_headers, (b"connection", b"close")]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(response.body), "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                await _drop_body(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _describe_missing_route(scope: Scope, error: HTTPException) -> Refusal:
    where = f"{scope['method']} {scope['path'][:200]}"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        return Refusal(405, f"expected {allowed}, but got {where}", "wrong_method", error.headers)
    if error.status_code == 404:
        return Refusal(404, f"there is no {where}; see /docs", "not_found")
    return Refusal(error.status_code, error.detail, f"status_{error.status_code}", error.headers)


async def _drop_body(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
