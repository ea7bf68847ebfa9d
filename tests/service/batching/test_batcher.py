"""The promises of the batcher, in the thread of the event loop and in a thread of its own."""

import asyncio
import threading
import time
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.contract import SIDE, Scores
from inkdigits.errors import ModelError
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import (
    BatcherClosedError,
    BatchLimits,
    DeadlinePassedError,
    QueueFullError,
)
from inkdigits.service.batching.pace import Pace, measure_pace

IN_LOOP, IN_THREAD = 1e-9, 1.0
"""Seconds of a row with which a batcher runs passes in the event loop, or in a thread."""


def make_images(*values):
    """Return images that are filled with these values."""
    return np.stack([np.full((SIDE, SIDE), value, np.uint8) for value in values])


class Echo:
    """A recogniser whose ``is_digit`` is the first pixel; it can be held, and refuses images of one value."""

    def __init__(self, refused=None):
        self.batches = []
        self.refused = refused
        self.gate = threading.Event()
        self.gate.set()

    def score(self, images):
        self.batches.append(images[:, 0, 0].tolist())
        assert self.gate.wait(10)
        if self.refused in self.batches[-1]:
            raise ModelError("expected another image")
        values = images[:, 0, 0].astype(np.float32)
        return Scores(np.repeat(values[:, None], 10, axis=1), values)


def make_batcher(recogniser, seconds_per_row=IN_LOOP, **limits):
    batcher = Batcher(recogniser, BatchLimits(**limits), Pace(seconds_per_row))
    if seconds_per_row == IN_THREAD:
        batcher.pace.seconds_per_row = IN_LOOP  # the time decides the thread only
    return batcher


async def score(batcher, *values, seconds=10.0):
    """Submit images and return the first pixels that their scores show."""
    return (await batcher.submit(make_images(*values), seconds).wait()).is_digit.tolist()


async def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.001)


@pytest.fixture(params=[IN_LOOP, IN_THREAD], ids=["in the loop", "in a thread"])
def pace(request):
    return request.param


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
    batcher = make_batcher(Echo(), pace, longest_wait=30.0)
    start = time.monotonic()
    assert asyncio.run(score(batcher, 7)) == [7]
    assert time.monotonic() - start < 5


def test_rows_wait_for_a_full_batch_after_a_pass_if_a_wait_is_set():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD, largest_batch=2, longest_wait=30.0)

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
        return await asyncio.gather(*(batcher.submit(images[i : i + 1], 10).wait() for i in range(40)))

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


def test_a_full_queue_refuses_at_once_and_says_when_to_try_again(pace):
    recogniser = Echo()
    batcher = make_batcher(recogniser, pace, n_waiting=4)

    async def run():
        batcher.pace.seconds_per_row = 0.5
        kept = batcher.submit(make_images(1, 2, 3), 10)
        with pytest.raises(QueueFullError, match="4 waiting images, but 3 wait") as caught:
            batcher.submit(make_images(4, 5), 10)
        assert caught.value.seconds == pytest.approx(0.75)
        other = batcher.submit(make_images(6), 10)  # there is room for one
        batcher.pace.seconds_per_row = IN_LOOP
        return (await kept.wait()).is_digit.tolist(), (await other.wait()).is_digit.tolist()

    assert asyncio.run(run()) == ([1, 2, 3], [6])


def test_rows_that_would_wait_beyond_their_deadline_are_refused(pace):
    batcher = make_batcher(Echo(), pace)

    async def run():
        batcher.pace.seconds_per_row = 1.0
        batcher.submit(make_images(1, 2), 5)
        batcher.check_room(1, 5.5)
        with pytest.raises(QueueFullError, match=r"about 3 of 4.5 s"):
            batcher.check_room(1, 4.5)

    asyncio.run(run())


def test_an_idle_model_computes_whatever_the_estimate_says(pace):
    batcher = make_batcher(Echo(), pace)

    async def run():
        batcher.pace.seconds_per_row = 100.0
        return await score(batcher, 1, seconds=1.0)

    assert asyncio.run(run()) == [1]
    assert batcher.pace.seconds_per_row < 100


def test_rows_whose_deadline_has_passed_are_not_computed():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        late = asyncio.create_task(score(batcher, 2, seconds=0.01))
        third = asyncio.create_task(score(batcher, 3))
        await wait_until(lambda: batcher.n_waiting == 2)
        await asyncio.sleep(0.02)
        recogniser.gate.set()
        with pytest.raises(DeadlinePassedError):
            await late
        return await asyncio.gather(first, third)

    assert asyncio.run(run()) == [[1], [3]]
    assert recogniser.batches == [[1], [3]]
    assert batcher.n_waiting == 0


def test_rows_of_a_client_that_went_away_are_not_computed():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        waiting = asyncio.create_task(score(batcher, 2, 3))
        last = asyncio.create_task(score(batcher, 4))
        await wait_until(lambda: batcher.n_waiting == 3)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert batcher.n_waiting == 1
        recogniser.gate.set()
        return await asyncio.gather(first, last)

    assert asyncio.run(run()) == [[1], [4]]
    assert recogniser.batches == [[1], [4]]
    assert batcher.n_waiting == 0


def test_no_pass_runs_for_a_lone_client_that_went_away(pace):
    recogniser = Echo()
    batcher = make_batcher(recogniser, pace)

    async def run():
        submission = batcher.submit(make_images(2), 10)
        submission.future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submission.wait()
        await asyncio.sleep(0.01)

    asyncio.run(run())
    assert recogniser.batches == []
    assert batcher.n_waiting == 0


def test_the_estimate_forgets_rows_that_are_computed(pace):
    batcher = make_batcher(Echo(), pace)

    async def run():
        await asyncio.gather(*(score(batcher, value) for value in range(1, 20)))
        batcher.pace.seconds_per_row, batcher.pace.turn_seconds = 1.0, 0.0
        return batcher.estimate_seconds(1)

    assert asyncio.run(run()) == 1.0


def test_a_closed_batcher_fails_what_waits_and_refuses_the_rest():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_THREAD)

    async def run():
        recogniser.gate.clear()
        first = asyncio.create_task(score(batcher, 1))
        await wait_until(lambda: recogniser.batches)
        second = asyncio.create_task(score(batcher, 2))
        await wait_until(lambda: batcher.n_waiting == 1)
        recogniser.gate.set()
        batcher.close()
        with pytest.raises(BatcherClosedError):
            await second
        with pytest.raises(BatcherClosedError):
            batcher.submit(make_images(3), 10)
        return await first

    assert asyncio.run(run()) == [1]
    assert recogniser.batches == [[1]]


def test_a_slow_event_loop_is_part_of_the_estimate(pace):
    batcher = make_batcher(Echo(), pace)

    async def run():
        for _ in range(5):
            kept = batcher.submit(make_images(1), 10)
            time.sleep(0.02)  # as many requests of one turn do
            await kept.wait()
        return batcher.estimate_seconds()

    assert asyncio.run(run()) > 0.01


def test_passes_are_observed(pace):
    observed = []
    recogniser = Echo()
    batcher = Batcher(recogniser, BatchLimits(), Pace(pace), lambda *each: observed.append(each))
    batcher.pace.seconds_per_row = IN_LOOP

    async def run():
        await asyncio.gather(score(batcher, 1), score(batcher, 2, 3))

    asyncio.run(run())
    ((n_rows, n_requests, seconds),) = observed
    assert (n_rows, n_requests) == (3, 2)
    assert 0 <= seconds < 5
