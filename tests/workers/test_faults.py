"""A picture that kills, blocks or fills its worker costs only itself."""

import ctypes
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.workers.faults import BUSY, Fault, draw_digit, run_code, wait_for_file, wait_until

from inkdigits.errors import PictureError, WorkerError
from inkdigits.recognition.reader import Reader
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool

pytestmark = pytest.mark.xdist_group("workers")

FAULTS: dict[str, tuple[Any, str]] = {
    "killed": (run_code("import os; os.kill(os.getpid(), 9)"), "was killed, as a system does"),
    "segmentation fault": (Fault(ctypes.string_at, 0), "made the process that read it end with SIGSEGV"),
    "abort": (Fault(os.abort), "made the process that read it end with SIGABRT"),
    "exit": (Fault(os._exit, 3), "made the process that read it end with status 3"),
    "alarm": (run_code("import os; os.kill(os.getpid(), 14)"), "took more than 60 s; scale it down"),
    "exception": (run_code("raise KeyError('k')"), "unexpected KeyError: 'k'; report this defect"),
    "exit of Python": (run_code("raise SystemExit(0)"), "unexpected SystemExit: 0"),
    "interrupt": (run_code("raise KeyboardInterrupt"), "unexpected KeyboardInterrupt;"),
    "recursion": (run_code("def f(g): return g(g)\nf(f)"), "unexpected RecursionError"),
    "memory": (Fault(bytearray, 10**11), "needs more than the 4096 MB that a worker may use; scale it down"),
    "native memory": (
        run_code("import cv2, numpy; cv2.resize(numpy.zeros((9, 9)), (200_000, 200_000))"),
        "needs more than the 4096 MB",
    ),
    "garbage": (run_code("import os; os.write(3, 99 * b'?')"), "gave an invalid answer; do not trust"),
    "endless answer": (
        run_code("import os; os.write(3, b'\\1' + 8 * b'\\xff')"),
        "gave an invalid answer; do not trust",
    ),
    "closed socket": (run_code("import os, time; os.close(3); time.sleep(1000)"), "was killed"),
}
"""Pictures, and what their errors state."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_error_of_its_picture_alone(name: str, pool: Pool, reader: Reader) -> None:
    picture, message = FAULTS[name]
    before, error, *after = pool.read_all([draw_digit(1), picture, *map(draw_digit, range(2, 7))])
    assert before == reader.read(draw_digit(1))
    assert isinstance(error, PictureError)
    assert message in str(error)
    assert str(error).startswith("the picture cannot be read: ")
    assert "\n" not in str(error)
    assert after == [reader.read(draw_digit(each)) for each in range(2, 7)]


@pytest.mark.slow
def test_pictures_that_take_too_long_are_given_up_and_the_others_are_read_in_order(reader: Reader) -> None:
    good = [draw_digit(each) for each in range(8)]
    pictures = [Fault(time.sleep, 1000), *good[:4], run_code(BUSY), *good[4:]]
    with Pool(2, limits=Limits(seconds=6)) as pool:  # a small picture takes 20 ms
        pool.read(good[0]).result()
        start = time.monotonic()
        asleep, *first, busy, fifth, sixth, seventh, eighth = pool.read_all(pictures)
        seconds = time.monotonic() - start
    assert str(asleep) == str(busy)
    assert "took more than 6 s" in str(busy)
    assert [*first, fifth, sixth, seventh, eighth] == [reader.read(each) for each in good]
    assert seconds > 6


def test_an_unexpected_exception_has_its_traceback_as_a_note(pool: Pool) -> None:
    error = pool.read(run_code("raise KeyError('k')")).exception()
    (note,) = error.__notes__
    assert "Traceback" in note
    assert "KeyError: 'k'" in note


def test_a_worker_that_is_killed_while_it_waits_is_replaced(pool: Pool) -> None:
    pool.read(draw_digit(1)).result()
    for pid in pool.tasks_by_process:
        os.kill(pid, signal.SIGKILL)
    assert all(not isinstance(each, Exception) for each in pool.read_all(map(draw_digit, range(4))))


def is_idle(pool: Pool, pid: int) -> bool:
    return pool.tasks_by_process.get(pid) is None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops processes")
def test_a_picture_is_read_though_every_worker_is_killed_when_it_gets_it(reader: Reader) -> None:
    """A killed process may have work to do before it ends, during which the pool still gives it tasks."""
    with Pool(3) as pool:
        wait_until(
            lambda: (
                len(pool.tasks_by_process) == 3
                and all(each.is_ready for each in list(pool._dispatcher._running))
            )
        )
        pids = list(pool.tasks_by_process)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        future = pool.read(draw_digit(1))
        for _ in pids:  # one after the other, each when it has the picture
            wait_until(lambda: any(pool.tasks_by_process.values()))
            (busy,) = [each for each, task in pool.tasks_by_process.items() if task is not None]
            assert busy in pids
            os.kill(busy, signal.SIGKILL)
            wait_until(partial(is_idle, pool, busy))
        assert future.result(timeout=60) == reader.read(draw_digit(1))


def test_replaced_workers_are_counted() -> None:
    with Pool(1) as pool:
        pool.wait_until_ready()
        assert pool.n_replaced == 0
        for n_killed in (1, 2):
            (pid,) = pool.tasks_by_process
            os.kill(pid, signal.SIGKILL)
            pool.read(draw_digit(1)).result()
            assert pool.n_replaced == n_killed


def test_a_worker_that_is_killed_within_a_picture_fails_that_picture(pool: Pool, tmp_path: Path) -> None:
    futures = [pool.read(wait_for_file(tmp_path / "never")), pool.read(draw_digit(1))]
    futures[1].result()
    wait_until((tmp_path / "never.begun").exists)
    (pid,) = [pid for pid, task in pool.tasks_by_process.items() if task == "the picture"]
    os.kill(pid, signal.SIGKILL)
    assert "was killed" in str(futures[0].exception(timeout=50))  # less than the limit of a picture


def test_a_picture_is_repeated_if_earlier_ones_left_too_little_memory(reader: Reader) -> None:
    # Together they exceed the limit by themselves; each alone is below it with all that a worker needs itself.
    leak = run_code("import builtins; builtins.leak = bytearray(800 << 20)")
    needs_much = run_code("bytearray(800 << 20); raise ValueError('enough')")
    with Pool(1, limits=Limits(memory_bytes=2**30 + 2**29)) as pool:
        assert "expected a path" in str(pool.read(leak).exception())
        (pid,) = pool.tasks_by_process
        assert "unexpected ValueError: enough" in str(pool.read(needs_much).exception())
        assert list(pool.tasks_by_process) != [pid]
        error = str(pool.read(run_code("bytearray(1500 << 20)")).exception())
        assert "more than the 1536 MB" in error


@pytest.mark.slow
def test_a_real_picture_that_needs_too_much_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.tif"
    Image.fromarray(np.zeros((5000, 6000), np.float32)).save(large, compression="tiff_deflate")
    with Pool(1, limits=Limits(memory_bytes=2**29)) as pool:
        error = pool.read(large).exception()
        assert str(error) == (
            f"{large} cannot be read: it needs more than the 512 MB that a worker may use; scale it down or crop it"
        )
    with Pool(1) as pool:
        assert pool.read(large).result().size == (6000, 5000)


def test_workers_that_cannot_start_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for executable, reason in (
        ("/bin/false", "they end with status 1"),
        (str(tmp_path), "Permission denied"),
    ):
        monkeypatch.setattr(sys, "executable", executable)
        with Pool(2) as pool:
            with pytest.raises(WorkerError, match=reason):
                pool.read(draw_digit(1)).result()
            with pytest.raises(WorkerError, match=reason):
                pool.wait_until_ready()


def test_workers_that_start_too_slowly_are_an_error() -> None:
    match = r"cannot be started: they took more than 0\.01 s"
    with Pool(1, limits=Limits(start_seconds=0.01)) as pool, pytest.raises(WorkerError, match=match):
        pool.read(draw_digit(1)).result()
