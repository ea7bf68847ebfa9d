import os
import sys
from typing import Any

import pytest

from inkdigits.errors import UsageError
from inkdigits.workers.limits import Limits, count_cores
from inkdigits.workers.pool import Pool


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        ({"seconds": 0}, "above 0 seconds, but got 0 and 60"),
        ({"start_seconds": -1}, "above 0 seconds, but got 60 and -1"),
        ({"seconds": float("nan")}, "but got nan"),
        ({"niceness": -1}, "niceness from 0 to 19, but got -1"),
        ({"niceness": 20}, "niceness from 0 to 19, but got 20"),
        ({"memory_bytes": 2**29 - 1}, "at least 512 MB of memory for a worker, but got 511 MB"),
    ],
)
def test_limits_that_no_worker_can_keep_are_refused(limits: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        Limits(**limits)


def test_cores_are_those_that_this_process_may_use() -> None:
    assert 1 <= count_cores() <= (os.cpu_count() or 1)
    if hasattr(os, "sched_setaffinity"):
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(allowed)})
        try:
            assert count_cores() == 1
        finally:
            os.sched_setaffinity(0, allowed)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no workers")
def test_workers_give_way_by_their_niceness() -> None:
    with Pool(1, limits=Limits(niceness=3)) as pool:
        pool.wait_until_ready()
        (worker,) = pool.tasks_by_process
        assert os.getpriority(os.PRIO_PROCESS, worker) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 3)
