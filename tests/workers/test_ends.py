"""The ends of workers: with their pool, with their parent, at Ctrl-C; nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.workers.faults import BUSY, Fault, draw_digit, run_code, wait_until

from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool

pytestmark = [
    pytest.mark.xdist_group("workers"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]

PARENT = """
import pathlib, signal, sys, time
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool
from tests.workers.faults import BUSY, run_code, wait_until

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if the tests run in the background of a shell
signal.alarm(200)
folder = pathlib.Path({folder!r})
pool = Pool(2, limits=Limits(seconds={seconds}))
wait_until(lambda: len(pool.tasks_by_process) == 2 and all(each.is_ready for each in list(pool._dispatcher._running)))
futures = [
    pool.read(run_code({code!r} + f"open({{str(folder / name)!r}}, 'w').close(); " + hang))
    for name, hang in (("busy", BUSY), ("asleep", "import time; time.sleep(1000)"))
]
wait_until(lambda: len(list(folder.iterdir())) == 2)
print(*pool.tasks_by_process, flush=True)
time.sleep(1000)
"""


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended, and waits only for its parent, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_ends(pids: list[int]) -> None:
    """Wait until none of the processes runs."""
    wait_until(lambda: not any(map(is_running, pids)))


def find_children(pid: int) -> list[int]:
    """Return the children of all threads of a process."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for children in lists for each in children.read_text().split()]


def start_parent(
    folder: Path, code: str = "", seconds: float = 300
) -> tuple["subprocess.Popen[str]", list[int]]:
    """Start a process with a pool of two busy workers; return it and the workers' process identifiers."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(code=code, seconds=seconds, folder=str(folder))],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    pids = [int(each) for each in parent.stdout.readline().split()]
    assert len(pids) == 2
    return parent, pids


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent_though_their_code_hangs(
    ending: signal.Signals, tmp_path: Path
) -> None:
    parent, pids = start_parent(tmp_path)
    assert all(map(is_running, pids))
    parent.send_signal(ending)
    parent.communicate(timeout=60)
    wait_for_ends(pids)  # long before their deadline


@pytest.mark.slow
def test_workers_end_without_the_signal_of_linux_too(tmp_path: Path) -> None:
    """Elsewhere than on Linux no signal comes when the parent ends: a worker whose code hangs has its alarm."""
    parent, pids = start_parent(tmp_path, "import ctypes; ctypes.CDLL(None).prctl(1, 0); ", seconds=6)
    parent.kill()
    parent.communicate(timeout=60)
    wait_for_ends(pids)


def test_a_closed_pool_leaves_no_process_though_code_hangs() -> None:
    pool = Pool(2, limits=Limits(seconds=10_000))
    futures = [pool.read(run_code(BUSY)), pool.read(Fault(time.sleep, 10_000))]
    wait_until(lambda: all(future.running() for future in futures))
    pids = list(pool.tasks_by_process)
    pool.close()  # the test would take hours if this waited for them
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)  # no zombies either


@pytest.mark.slow
def test_many_pictures_and_ten_workers_leave_no_descriptor_open() -> None:
    def describe() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), len(find_children(os.getpid()))

    picture = draw_digit(1)[::2, ::2]
    before = describe()
    with Pool(2) as pool:
        list(pool.read_all([picture] * 4))
        during = describe()
        pictures = [Fault(os._exit, 3) if place % 50 == 7 else picture for place in range(400)]
        outcomes = list(pool.read_all(pictures))
        assert sum(isinstance(each, Exception) for each in outcomes) == 8
        pool.read(picture).result()
        wait_until(lambda: describe() == during)  # a worker may just be starting
    assert describe() == before


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_its_workers_at_once(tmp_path: Path) -> None:
    n_pictures = 5000  # minutes, and more lines than a pipe holds: it does not end by itself
    Image.fromarray(draw_digit(1)).save(tmp_path / "0000.png")
    for number in range(1, n_pictures):
        (tmp_path / f"{number:04}.png").symlink_to(tmp_path / "0000.png")
    command = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "read", "--jobs", "2", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Ignored by what a shell runs in the background, and by what that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert command.stdout is not None
    try:
        for _ in range(3):
            assert command.stdout.readline().endswith("\t1\n")
        workers = find_children(command.pid)
        assert len(workers) == 2
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does: to the command and its workers
        output, errors = command.communicate(timeout=60)
    finally:
        if command.poll() is None:
            os.killpg(command.pid, signal.SIGKILL)
            command.wait()
    assert output.count("\n") < n_pictures - 100
    assert (command.returncode, errors.strip()) == (1, "inkdigits: interrupted")
    assert not any(map(is_running, workers))


def test_ctrl_c_does_not_reach_workers_even_while_they_start() -> None:
    with Pool(1) as pool:
        wait_until(lambda: pool.tasks_by_process)
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
