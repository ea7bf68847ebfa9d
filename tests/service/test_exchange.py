import asyncio

from inkdigits.service.exchange import EXCHANGE_KEY, Exchange, get_deadline_seconds
from inkdigits.service.refusals import Refusal

LATE = Refusal(504, "late", "deadline")


def run(exchange, interrupt):
    async def work():
        exchange.begin()
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            return "cancelled"
        return "done"

    async def go():
        task = asyncio.create_task(work())
        await asyncio.sleep(0.001)
        interrupt()
        return await task

    return asyncio.run(go())


def test_interruption_cancels_the_work():
    exchange = Exchange()
    assert run(exchange, lambda: exchange.interrupt(LATE)) == "cancelled"
    assert exchange.refusal is LATE


def test_first_reason_counts():
    exchange = Exchange()
    exchange.interrupt(LATE)
    exchange.interrupt(Refusal(499, "gone", "client_gone"))
    assert exchange.refusal is LATE


def test_answer_that_has_begun_is_not_interrupted():
    exchange = Exchange()
    exchange.status = 200
    assert run(exchange, lambda: exchange.interrupt(LATE)) == "done"
    assert exchange.refusal is None


def test_ended_work_is_not_cancelled():
    exchange = Exchange()
    assert run(exchange, lambda: (exchange.end(), exchange.interrupt(LATE))) == "done"


def test_deadline_of_a_request():
    exchange = Exchange()
    exchange.deadline_seconds = 2.5
    assert get_deadline_seconds({EXCHANGE_KEY: exchange}) == 2.5
