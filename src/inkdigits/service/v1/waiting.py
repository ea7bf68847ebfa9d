"""Wait for a worker, but not after the deadline, and not for a client that has gone."""

import asyncio
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from inkdigits.service.exchange import get_deadline_seconds
from inkdigits.service.refusals import Refusal

Result = TypeVar("Result")


async def wait_for_result(request: Request, result: "Future[Result]") -> Result:
    """Wait for the result of a task.

    A task that no worker has begun is cancelled if its result is not needed any more. A worker that has begun goes on
    until its own limit.

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
    ClientDisconnect
        If the client has gone.
    Refusal
        If the time for the answer is over.
    Exception
        That of the task.
    """
    seconds = get_deadline_seconds(request.scope)
    answer = asyncio.wrap_future(result)
    departure = asyncio.ensure_future(_wait_for_departure(request))
    either: set[asyncio.Future[Any]] = {answer, departure}
    try:
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if departure.done():
            raise ClientDisconnect
        if result.running():
            raise Refusal(
                504,
                f"the picture was not read within {seconds:g} s; try again later, or scale it down",
                "deadline",
            )
        # Not 504: nothing was done, and the request can be sent again.
        raise Refusal(
            429,
            f"no worker was free within {seconds:g} s; try again later",
            "queue_deadline",
            {"Retry-After": "1"},
        )
    finally:
        departure.cancel()
        answer.cancel()  # and with it the task, unless it has begun or ended


async def _wait_for_departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
