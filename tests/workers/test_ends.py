"""The ends of workers: with their pool, with their parent, at Ctrl-C; nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.workers.faults import BUSY, Fault, draw_digit, run_code

from inkdigits.workers.pool import Pool

pytestmark = [
    pytest.mark.xdist_group("workers"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]

PARENT = """
import signal, sys, time
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool
from tests.workers.faults import BUSY, Fault, draw_digit, run_code

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if the tests run in the background of a shell
signal.alarm(200)
pool = Pool(2, limits=Limits(seconds={seconds}))
futures = [pool.read(run_code({code!r} + BUSY)), pool.read(Fault(time.sleep, 1000))]
while not all(pool.tasks_by_process.values()) or len(pool.tasks_by_process) < 2:
    time.sleep(0.01)
time.sleep(0.3)
print(*pool.tasks_by_process, flush=True)
time.sleep(1000)
"""


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended, and waits only for its parent, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_ends(pids: list[int], seconds: float) -> list[int]:
    """Return the processes that still run after some seconds at most."""
    deadline = time.monotonic() + seconds
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [pid for pid in pids if is_running(pid)]


def find_children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def start_parent(code: str = "", seconds: float = 60) -> tuple["subprocess.Popen[str]", list[int]]:
    """Start a process with a pool of two busy workers; return it and the workers' process identifiers."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(code=code, seconds=seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    pids = [int(each) for each in parent.stdout.readline().split()]
    assert len(pids) == 2
    assert all(map(is_running, pids))
    return parent, pids


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent_though_their_code_hangs(ending: signal.Signals) -> None:
    parent, pids = start_parent()
    parent.send_signal(ending)
    parent.communicate(timeout=60)
    assert wait_for_ends(pids, 10) == []


@pytest.mark.slow
def test_workers_end_without_the_signal_of_linux_too() -> None:
    """Elsewhere than on Linux no signal comes when the parent ends: a worker whose code hangs has its alarm."""
    parent, pids = start_parent("import ctypes; ctypes.CDLL(None).prctl(1, 0); ", seconds=6)
    parent.kill()
    parent.communicate(timeout=60)
    assert wait_for_ends(pids, 20) == []


def test_a_closed_pool_leaves_no_process_though_code_hangs() -> None:
    pool = Pool(2)
    futures = [pool.read(run_code(BUSY)), pool.read(Fault(time.sleep, 1000))]
    deadline = time.monotonic() + 30
    while not all(future.running() for future in futures):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    pids = list(pool.tasks_by_process)
    start = time.monotonic()
    pool.close()
    assert time.monotonic() - start < 5
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)  # no zombies either


@pytest.mark.slow
def test_a_thousand_pictures_and_ten_workers_leave_no_descriptor_open() -> None:
    def describe() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), len(find_children(os.getpid()))

    picture = draw_digit(1)[::2, ::2]
    before = describe()
    with Pool(2) as pool:
        list(pool.read_all([picture] * 4))
        during = describe()
        pictures = [Fault(os._exit, 3) if place % 125 == 7 else picture for place in range(1000)]
        outcomes = list(pool.read_all(pictures))
        assert sum(isinstance(each, Exception) for each in outcomes) == 8
        pool.read(picture).result()
        deadline = time.monotonic() + 30
        while len(pool.tasks_by_process) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert describe() == during
    assert describe() == before


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_its_workers_at_once(tmp_path: Path) -> None:
    for number in range(400):
        Image.fromarray(draw_digit(number % 10)).save(tmp_path / f"{number:03}.png")
    command = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "read", "--jobs", "2", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert command.stdout is not None
    for _ in range(3):
        assert command.stdout.readline().endswith("\t1\n")
    workers = find_children(command.pid) or [
        int(pid)
        for thread in Path(f"/proc/{command.pid}/task").iterdir()
        for pid in (thread / "children").read_text().split()
    ]
    assert len(workers) == 2
    start = time.monotonic()
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does: to the command and its workers
    _, errors = command.communicate(timeout=60)
    assert time.monotonic() - start < 10
    assert (command.returncode, errors.strip()) == (1, "inkdigits: interrupted")
    assert wait_for_ends(workers, 0) == []


def test_ctrl_c_does_not_reach_workers_even_while_they_start() -> None:
    with Pool(1) as pool:
        deadline = time.monotonic() + 30
        while not pool.tasks_by_process:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        (pid,) = pool.tasks_by_process
        os.kill(pid, signal.SIGINT)
        pool.read(draw_digit(1)).result()
        os.kill(pid, signal.SIGINT)
        pool.read(draw_digit(2)).result()
        assert list(pool.tasks_by_process) == [pid]


@pytest.mark.slow
def test_a_program_that_does_not_close_its_pool_ends_cleanly() -> None:
    code = (
        "import numpy as np; from inkdigits.workers.pool import Pool; pool = Pool(2); "
        "print(len(pool.read(np.zeros((28, 28), np.uint8)).result().numbers))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
