"""What the batcher refuses or drops: rows without room, rows that are late, and those of clients that went away."""

import asyncio
import time

import pytest
from tests.service.batching.echo import IN_LOOP, IN_THREAD, Echo, make_batcher, make_images, score, wait_until

from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import (
    BatcherClosedError,
    BatchLimits,
    DeadlinePassedError,
    QueueFullError,
)
from inkdigits.service.batching.pace import Pace


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
        # Not less time: on a busy machine a turn of the loop takes milliseconds, and rows without time are refused.
        late = asyncio.create_task(score(batcher, 2, seconds=0.3))
        third = asyncio.create_task(score(batcher, 3))
        await wait_until(lambda: batcher.n_waiting == 2)
        await asyncio.sleep(0.32)
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
        batcher.pace.seconds_per_row = 1.0
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


def test_time_around_the_passes_is_part_of_the_estimate(pace):
    batcher = make_batcher(Echo(), pace)
    batcher.check_room(1, 10, around=5.0)
    with pytest.raises(QueueFullError, match="about 7 of 10 s") as caught:
        batcher.check_room(1, 10, around=7.0)  # also if the model is idle
    assert caught.value.seconds == pytest.approx(3.5)


def test_time_between_the_end_of_a_pass_and_its_scores_in_the_loop_is_part_of_the_estimate():
    batcher = make_batcher(Echo(), IN_THREAD, largest_batch=1)

    async def run():
        for _ in range(5):
            kept = batcher.submit(make_images(1), 10)
            await asyncio.sleep(0)  # the pass begins
            time.sleep(0.05)  # as a loop does that parses or refuses other requests
            await kept.wait()
        return batcher.estimate_seconds(1)

    try:
        assert asyncio.run(run()) > 0.01
    finally:
        batcher.close()


def test_more_rows_than_may_wait_are_computed_within_a_turn_if_passes_run_in_the_loop():
    recogniser = Echo()
    batcher = make_batcher(recogniser, IN_LOOP, largest_batch=4, n_waiting=8)

    async def run():
        # As requests whose long bodies are parsed in one turn of the loop.
        submissions = [batcher.submit(make_images(*range(5)), 10) for _ in range(16)]
        return [(await each.wait()).is_digit.tolist() for each in submissions]

    assert asyncio.run(run()) == 16 * [[0, 1, 2, 3, 4]]
    assert [len(batch) for batch in recogniser.batches] == 20 * [4]


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
    assert 0 <= seconds < 60
