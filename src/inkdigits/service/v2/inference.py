"""The endpoint ``infer``: an ASGI application without the objects of a framework, since it is called most."""

import math

from starlette.types import Receive, Scope, Send

from inkdigits.service.batching.limits import BatcherClosedError, DeadlinePassedError, QueueFullError
from inkdigits.service.exchange import get_deadline_seconds
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources
from inkdigits.service.v2.body import MAX_IMAGES, read_body, read_header
from inkdigits.service.v2.messages import decode_request, encode_response
from inkdigits.service.v2.models import find_model


class InferenceEndpoint:
    """Answers ``POST /v2/models/{name}[/versions/{version}]/infer``.

    Parameters
    ----------
    resources
        What routes use.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

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
        if not is_small:
            model.batcher.check_room(1, seconds)
        body = await read_body(receive)
        model.batcher.check_room(1, seconds)
        inference = decode_request(body, json_bytes, model.recogniser.outputs, MAX_IMAGES)
        submission = model.batcher.submit(inference.images, min(seconds, inference.timeout or seconds))
        return encode_response(model.name, inference, await submission.wait())
