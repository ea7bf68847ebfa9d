import asyncio
from concurrent.futures import Future

import pytest
from starlette.requests import Request

from inkdigits.errors import PictureError
from inkdigits.service.exchange import EXCHANGE_KEY, Exchange
from inkdigits.service.refusals import Refusal
from inkdigits.service.v1.waiting import wait_for_result


def make_request(seconds: float) -> Request:
    exchange = Exchange()
    exchange.deadline_seconds = seconds
    return Request({"type": "http", EXCHANGE_KEY: exchange})


def wait(result: Future[int], seconds: float) -> int:
    return asyncio.run(wait_for_result(make_request(seconds), result))


def test_the_result_and_the_error_of_a_task_are_passed_on() -> None:
    done: Future[int] = Future()
    done.set_result(7)
    assert wait(done, 1) == 7
    failed: Future[int] = Future()
    failed.set_exception(PictureError("the picture is damaged"))
    with pytest.raises(PictureError, match="damaged"):
        wait(failed, 1)


def test_a_task_that_waits_is_cancelled_at_the_deadline() -> None:
    result: Future[int] = Future()
    with pytest.raises(Refusal, match=r"no worker was free within 0.05 s") as error:
        wait(result, 0.05)
    assert (error.value.status, error.value.headers) == (429, {"Retry-After": "1"})
    assert result.cancelled()


def test_a_task_that_runs_is_not_waited_for_after_the_deadline() -> None:
    result: Future[int] = Future()
    result.set_running_or_notify_cancel()
    with pytest.raises(Refusal, match=r"not read within 0.05 s") as error:
        wait(result, 0.05)
    assert error.value.status == 504
    result.set_result(7)  # later, by its worker: nobody is disturbed


def test_a_task_that_waits_is_cancelled_with_its_request() -> None:
    result: Future[int] = Future()

    async def cancel() -> None:
        task = asyncio.ensure_future(wait_for_result(make_request(60), result))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)

    asyncio.run(cancel())
    assert result.cancelled()
