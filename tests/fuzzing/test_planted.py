"""The harness finds five planted bugs: an exception, a hang, a leak, an overflow of the heap, and a native crash."""

import pytest

from fuzz.engines import get_default_engine
from fuzz.planted import PLANTED
from fuzz.proof import find_planted
from fuzz.supervisor import find_heap_checker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    if bug == "overflow" and not find_heap_checker():
        pytest.skip("the heap is checked by glibc 2.34 or later, which is not there")
    row = find_planted(bug, get_default_engine())
    assert row["is_found"], row
