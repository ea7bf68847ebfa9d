"""The promises of the batcher, in the thread of the event loop and in a thread of its own."""

import asyncio
import time
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.batching.echo import IN_LOOP, IN_THREAD, Echo, make_batcher, score, wait_until

from inkdigits.contract import SIDE
from inkdigits.errors import ModelError
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import (
    BatchLimits,
)
from inkdigits.service.batching.pace import measure_pace


def test_a_short_pass_runs_in_the_loop_and_a_long_one_in_a_thread():
    assert make_batcher(Echo(), IN_LOOP).runs_in_loop
    assert not make_batcher(Echo(), IN_THREAD).runs_in_loop


def test_requests_of_the_same_moment_share_a_pass(pace):
    recogniser = Echo()
    batcher = make_batcher(recogniser, pace)

    async def run():
        return await asyncio.gather(score(batcher, 1), score(batcher, 2, 3), score(batcher, 4))

    assert asyncio.run(run()) == [[1], [2, 3], [4]]
    assert recogniser.batches == [[1, 2, 3, 4]]


def test_requests_that_arrive_during_a_pass_share_the_next():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        others = [asyncio.create_task(score(batcher, value)) for value in (2, 3, 4)]
        await wait_until(lambda: batcher.n_waiting == 3)
        recogniser.gate.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(run()) == [[1], [2], [3], [4]]
    assert recogniser.batches == [[1], [2, 3, 4]]


def test_a_second_pass_is_ready_for_the_thread_while_one_runs():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD, largest_batch=16)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        few = [asyncio.create_task(score(batcher, value)) for value in range(2, 9)]
        await wait_until(lambda: batcher.n_waiting == 7)
        await asyncio.sleep(0.01)
        assert batcher.n_waiting == 7
        enough = asyncio.create_task(score(batcher, 9))
        await wait_until(
            lambda: batcher.n_waiting == 0
        )  # the thread has them, though the first pass still runs
        last = [asyncio.create_task(score(batcher, value)) for value in range(10, 30)]
        await wait_until(lambda: batcher.n_waiting == 20)
        await asyncio.sleep(0.01)
        assert batcher.n_waiting == 20
        recogniser.gate.set()
        await asyncio.gather(first, *few, enough, *last)

    asyncio.run(run())
    assert recogniser.batches[:2] == [[1], [2, 3, 4, 5, 6, 7, 8, 9]]
    assert recogniser.batches[2] == list(range(10, 26))


def test_a_lone_request_does_not_wait_for_others(pace):
    batcher = make_batcher(Echo(), pace, longest_wait=60.0)
    start = time.monotonic()
    assert asyncio.run(score(batcher, 7)) == [7]
    assert time.monotonic() - start < 60


def test_rows_wait_for_a_full_batch_after_a_pass_if_a_wait_is_set():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD, largest_batch=2, longest_wait=60.0)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        second = asyncio.create_task(score(batcher, 2))
        await wait_until(lambda: batcher.n_waiting == 1)
        recogniser.gate.set()
        await first
        assert recogniser.batches == [[1]]
        assert batcher.n_waiting == 1
        assert await score(batcher, 3) == [3]
        assert await second == [2]

    asyncio.run(run())
    assert recogniser.batches == [[1], [2, 3]]


def test_rows_wait_no_longer_than_the_longest_wait():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD, longest_wait=0.02)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        second = asyncio.create_task(score(batcher, 2))
        await wait_until(lambda: batcher.n_waiting == 1)
        recogniser.gate.set()
        await asyncio.gather(first, second)

    asyncio.run(run())
    assert recogniser.batches == [[1], [2]]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.integers(1, 7),
    st.sampled_from([IN_LOOP, IN_THREAD]),
)
def test_every_request_gets_its_own_rows_in_passes_of_limited_size(sizes, largest, seconds_per_row):
    recogniser = Echo()
    batcher = make_batcher(recogniser, seconds_per_row, largest_batch=largest)
    values = iter(range(1, 256))
    requests = [[next(values) for _ in range(size)] for size in sizes]

    async def run():
        return await asyncio.gather(*(score(batcher, *request) for request in requests))

    assert asyncio.run(run()) == requests
    assert max(map(len, recogniser.batches)) <= largest
    assert sorted(chain(*recogniser.batches)) == sorted(chain(*requests))
    # Full batches but for the last one: rows are counted, not requests.
    assert len(recogniser.batches) == -(-sum(sizes) // largest)
    assert batcher.n_waiting == 0
    batcher.close()


def test_rows_are_computed_in_the_order_of_their_arrival(pace):
    recogniser = Echo()
    batcher = make_batcher(recogniser, pace, largest_batch=4)
    done = []

    async def request(*values):
        await score(batcher, *values)
        done.append(values[0])

    async def run():
        await asyncio.gather(request(*range(1, 11)), request(11), request(*range(12, 15)))

    asyncio.run(run())
    assert recogniser.batches == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14]]
    assert done == [1, 11, 12]


@pytest.mark.parametrize("name", ["quick", "accurate"])
def test_answers_equal_single_answers(name):
    recogniser = load_recogniser(name, n_threads=1)
    images = np.random.default_rng(0).integers(0, 256, (40, SIDE, SIDE), np.uint8)
    batcher = Batcher(recogniser, BatchLimits(), measure_pace(recogniser, 32))

    async def run():
        return await asyncio.gather(*(batcher.submit(images[i : i + 1], 100).wait() for i in range(40)))

    for i, scores in enumerate(asyncio.run(run())):
        alone = recogniser.score(images[i : i + 1])
        np.testing.assert_allclose(scores.probabilities, alone.probabilities, rtol=0, atol=1e-6)
        np.testing.assert_allclose(scores.is_digit, alone.is_digit, rtol=0, atol=1e-6)
    batcher.close()


def test_a_bad_item_fails_alone(pace):
    recogniser = Echo(refused=3)
    batcher = make_batcher(recogniser, pace)

    async def run():
        return await asyncio.gather(
            *(score(batcher, *values) for values in ((1, 2), (3,), (4,))), return_exceptions=True
        )

    first, second, third = asyncio.run(run())
    assert (first, third) == ([1, 2], [4])
    assert isinstance(second, ModelError)
    assert recogniser.batches == [[1, 2, 3, 4], [1, 2], [3], [4]]


def test_the_batcher_goes_on_after_an_error(pace):
    batcher = make_batcher(Echo(refused=3), pace)

    async def run():
        with pytest.raises(ModelError):
            await score(batcher, 3)
        return await score(batcher, 5)

    assert asyncio.run(run()) == [5]
