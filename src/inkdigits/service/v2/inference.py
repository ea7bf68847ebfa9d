"""The endpoint ``infer``: an ASGI application without the objects of a framework, since it is called most."""

import math
import time

from starlette.types import Receive, Scope, Send

from inkdigits.service.batching.limits import BatcherClosedError, DeadlinePassedError, QueueFullError
from inkdigits.service.exchange import get_deadline_seconds, get_waited_seconds
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources
from inkdigits.service.v2.body import MAX_IMAGES, read_body, read_header
from inkdigits.service.v2.messages import decode_request, encode_response
from inkdigits.service.v2.models import find_model

_TURNS = 3
"""Turns of the event loop between request and answer, if all are as long as the part of one that a request has waited
since it was received: before it, its bytes waited in the system, and after it, its answer is sent."""

_TIMES_PARSING = 6
"""Time until a long body is received, parsed and computed, over that for parsing it, while others are in hand. 128
images as JSON, 300 kB, take 1.6 ms to parse. On one core, at four times the requests that it can answer, the 99th
percentile of liveness was 118 ms with 2, 63 ms with 6 and 35 ms with 12; with 12, requests on 16 connections were
refused needlessly."""

_SHARE_OF_NEW = 0.1
"""Weight of a body in the moving average of the time for parsing: it follows in about ten."""


class InferenceEndpoint:
    """Answers ``POST /v2/models/{name}[/versions/{version}]/infer``.

    Parameters
    ----------
    resources
        What routes use.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._n_long = 0  # long bodies that are received, and not parsed yet
        self._parsing_seconds = 0.0  # for one of them

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. If its model is busy, it is refused before its body is parsed.

        If the client goes away, the server cancels this coroutine, which drops the images.

        Raises
        ------
        Refusal
            If the request is not valid, or not computed.
        """
        try:
            body, json_bytes = await self._answer(scope, receive)
        except QueueFullError as error:
            retry_after = {"Retry-After": str(max(1, math.ceil(error.seconds)))}
            raise Refusal(429, str(error), "queue_full", retry_after) from error
        except DeadlinePassedError as error:
            # Not 504: nothing was computed, and the request can be sent again.
            raise Refusal(429, str(error), "queue_deadline", {"Retry-After": "1"}) from error
        except BatcherClosedError as error:
            raise Refusal(503, str(error), "draining", {"Retry-After": "1"}) from error
        headers = [(b"content-length", b"%d" % len(body))]
        if json_bytes is None:
            headers.append((b"content-type", b"application/json"))
        else:
            headers.append((b"content-type", b"application/octet-stream"))
            headers.append((b"inference-header-content-length", b"%d" % json_bytes))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[bytes, int | None]:
        """Return the body of the answer, and the length of its JSON object if it is not all of it."""
        parameters = scope["path_params"]
        model = find_model(self._resources, parameters["name"], parameters.get("version"))
        seconds = get_deadline_seconds(scope)
        json_bytes, is_small = read_header(scope)
        is_long = not is_small
        if is_long:
            model.batcher.check_room(1, seconds, self._n_long * _TIMES_PARSING * self._parsing_seconds)
        self._n_long += is_long
        try:
            body = await read_body(receive)
            model.batcher.check_room(1, seconds, _TURNS * get_waited_seconds(scope))
            begun = time.perf_counter()
            inference = decode_request(body, json_bytes, model.recogniser.outputs, MAX_IMAGES)
        finally:
            self._n_long -= is_long
        if is_long:
            self._parsing_seconds += _SHARE_OF_NEW * (time.perf_counter() - begun - self._parsing_seconds)
        # Parsing is not thrown away because of an estimate of what comes before it.
        seconds = max(0.0, min(seconds, inference.timeout or seconds) - get_waited_seconds(scope))
        submission = model.batcher.submit(inference.images, seconds)
        return encode_response(model.name, inference, await submission.wait())
