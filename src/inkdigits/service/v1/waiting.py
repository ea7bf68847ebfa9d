"""Wait for a worker, but not after the deadline."""

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from starlette.requests import Request

from inkdigits.service.exchange import get_deadline_seconds
from inkdigits.service.refusals import Refusal

Result = TypeVar("Result")


async def wait_for_result(request: Request, result: "Future[Result]") -> Result:
    """Wait for the result of a task.

    A task that no worker has begun is cancelled at the deadline, and when the request is cancelled because its client
    has gone. A worker that has begun goes on until its own limit.

    Parameters
    ----------
    request
        The request; its body is received.
    result
        The result of a task of `inkdigits.workers.pool.Pool`.

    Returns
    -------
    object
        The result.

    Raises
    ------
    Refusal
        If the time for the answer is over.
    Exception
        That of the task.
    """
    seconds = get_deadline_seconds(request.scope)
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(result)  # if it is cancelled, it cancels the task
    except TimeoutError:
        if result.cancel():
            # Not 504: nothing was done, and the request can be sent again.
            raise Refusal(
                429,
                f"no worker was free within {seconds:g} s; try again later",
                "queue_deadline",
                {"Retry-After": "1"},
            ) from None
        raise Refusal(
            504,
            f"the picture was not read within {seconds:g} s; try again later, or scale it down",
            "deadline",
        ) from None
