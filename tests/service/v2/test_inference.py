"""Which requests the endpoint takes: by the long bodies in hand, and by how long the request has waited itself."""

import asyncio
import time

import numpy as np
import pytest

from inkdigits.contract import SIDE, Scores
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import BatchLimits
from inkdigits.service.batching.pace import Pace
from inkdigits.service.exchange import EXCHANGE_KEY, Exchange
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources, ServedModel
from inkdigits.service.settings import Settings
from inkdigits.service.v2.inference import InferenceEndpoint


class Zeros:
    """A model without an opinion."""

    outputs = ("probabilities", "is_digit")

    def score(self, images):
        return Scores(np.zeros((len(images), 10), np.float32), np.zeros(len(images), np.float32))


@pytest.fixture
def endpoint():
    resources = Resources(Settings(log_level="error"))
    batcher = Batcher(Zeros(), BatchLimits(), Pace(1e-9))
    resources.models["zeros"] = ServedModel("zeros", Zeros(), "0" * 64, batcher)
    resources.lifecycle.become_ready()
    return InferenceEndpoint(resources)


def make_scope(n_bytes, deadline_seconds, waited_seconds=0.0):
    exchange = Exchange()
    exchange.deadline_seconds = deadline_seconds
    exchange.received = time.perf_counter() - waited_seconds
    headers = [(b"content-length", b"%d" % n_bytes)]
    return {"path_params": {"name": "zeros"}, "headers": headers, EXCHANGE_KEY: exchange}


async def receive_nothing():
    await asyncio.Event().wait()


def test_long_bodies_in_hand_count_until_they_are_parsed(endpoint):
    endpoint._parsing_seconds = 1.0

    async def begin():
        # Six seconds for each long body in hand, of at most three fifths of 15.
        task = asyncio.create_task(endpoint(make_scope(10**6, 15.0), receive_nothing, None))
        await asyncio.wait([task], timeout=0.01)
        return task

    async def run():
        first, second, third = [await begin() for _ in range(3)]
        with pytest.raises(Refusal) as caught:
            await third
        second.cancel()
        await asyncio.wait([second])
        fourth = await begin()
        is_taken = not fourth.done()
        first.cancel()
        fourth.cancel()
        await asyncio.wait([first, fourth])
        return caught.value.status, is_taken

    assert asyncio.run(run()) == (429, True)
    assert endpoint._n_long == 0


@pytest.mark.parametrize(("waited_seconds", "status"), [(400, 200), (800, 429)])
def test_a_request_that_has_waited_for_long_is_refused_before_it_is_parsed(
    endpoint, make_body, waited_seconds, status
):
    body, _ = make_body(np.zeros((1, SIDE, SIDE), np.uint8))
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    async def run():
        try:
            # Three times as long in all, of at most three fifths of 3,000 seconds.
            await endpoint(make_scope(len(body), 3000.0, waited_seconds), receive, send)
        except Refusal as refusal:
            return refusal.status
        return sent[0]["status"]

    assert asyncio.run(run()) == status


def test_the_time_for_parsing_is_measured_for_long_bodies_only(endpoint, make_body):
    def answer(n_images):
        body, _ = make_body(np.full((n_images, SIDE, SIDE), 200, np.uint8))

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            del message

        asyncio.run(endpoint(make_scope(len(body), 3000.0), receive, send))
        return endpoint._parsing_seconds

    assert answer(1) == 0.0
    assert answer(64) > 0.0
