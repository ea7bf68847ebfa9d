"""Refused requests: an exception with a status and a message, and the answer made of it.

Every answer with an error has the body ``{"error": message}``, in all parts of the service.
"""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

REASON_KEY = "inkdigits.reason"
"""Key of the request's scope under which the reason of a refusal is kept, for the log and the metrics."""


class Refusal(Exception):  # noqa: N818 - the request is refused; nothing went wrong here
    """A request that is refused.

    Parameters
    ----------
    status
        HTTP status, 400 to 599.
    message
        One line for the user: what was expected, what came, what to do.
    reason
        A word or two in snake case, from a fixed set: a label of the metrics.
    headers
        Headers of the answer, such as ``Retry-After``.
    """

    def __init__(
        self, status: int, message: str, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.reason = status, " ".join(message.split()), reason
        self.headers = dict(headers or {})


def make_response(refusal: Refusal) -> Response:
    """Return the answer to a refused request."""
    content = msgspec.json.encode({"error": refusal.message})
    return Response(content, refusal.status, refusal.headers, media_type="application/json")


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Answer a refused request: an exception handler of Starlette and FastAPI for `Refusal`."""
    assert isinstance(refusal, Refusal)
    request.scope[REASON_KEY] = refusal.reason
    return make_response(refusal)
