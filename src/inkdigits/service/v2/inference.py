"""The endpoint ``infer``: an ASGI application without the objects of a framework, since it is called most."""

import asyncio
import math

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from inkdigits.contract import Scores
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import BatcherClosedError, DeadlinePassedError, QueueFullError
from inkdigits.service.batching.submission import Submission
from inkdigits.service.refusals import REASON_KEY, Refusal
from inkdigits.service.resources import Resources
from inkdigits.service.v2.body import MAX_IMAGES, read_body, read_header
from inkdigits.service.v2.messages import decode_request, encode_response
from inkdigits.service.v2.models import find_model

_WATCHED_SECONDS = 0.02
"""Estimated wait, in seconds, from which a request is watched for the departure of its client. A watch costs 15 µs,
and saves nothing if the rows are computed next."""


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
        """Answer a request. It is refused before its body is read if its model is busy.

        Raises
        ------
        Refusal
            If the request is not valid, or not computed.
        """
        parameters = scope["path_params"]
        model = find_model(self._resources, parameters["name"], parameters.get("version"))
        seconds = self._resources.settings.deadline_seconds
        try:
            model.batcher.check_room(1, seconds)
            json_bytes = read_header(scope)
            inference = decode_request(
                await read_body(receive), json_bytes, model.recogniser.outputs, MAX_IMAGES
            )
            submission = model.batcher.submit(inference.images, min(seconds, inference.timeout or seconds))
            scores = await _wait(model.batcher, submission, receive)
        except QueueFullError as error:
            retry_after = {"Retry-After": str(max(1, math.ceil(error.seconds)))}
            raise Refusal(429, str(error), "queue_full", retry_after) from error
        except DeadlinePassedError as error:
            raise Refusal(429, str(error), "deadline_passed", {"Retry-After": "1"}) from error
        except BatcherClosedError as error:
            raise Refusal(503, str(error), "draining", {"Retry-After": "1"}) from error
        except ClientDisconnect:
            scope[REASON_KEY] = "client_gone"
            return
        body, json_bytes = encode_response(model.name, inference, scores)
        headers = [(b"content-length", b"%d" % len(body))]
        if json_bytes is None:
            headers.append((b"content-type", b"application/json"))
        else:
            headers.append((b"content-type", b"application/octet-stream"))
            headers.append((b"inference-header-content-length", b"%d" % json_bytes))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _wait(batcher: Batcher, submission: Submission, receive: Receive) -> Scores:
    """Return the scores of a submission; it is withdrawn when its client goes away."""
    if batcher.estimate_seconds() < _WATCHED_SECONDS:
        return await submission.wait()
    watch = asyncio.create_task(_withdraw_when_gone(submission, receive))
    try:
        return await submission.wait()
    except asyncio.CancelledError:
        if watch.done() and not watch.cancelled():
            raise ClientDisconnect from None
        raise
    finally:
        watch.cancel()


async def _withdraw_when_gone(submission: Submission, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    submission.withdraw()
