"""The harness finds five planted bugs: an exception, a hang, a leak, an overflow of the heap, and a native crash."""

from pathlib import Path

import pytest

from fuzz import corpus
from fuzz.engines import get_default_engine
from fuzz.planted import PLANTED
from fuzz.proof import find_planted
from fuzz.supervisor import Campaign, find_heap_checker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    if bug == "overflow" and not find_heap_checker():
        pytest.skip("the heap is checked by glibc 2.34 or later, which is not there")
    row = find_planted(
        bug, get_default_engine(), max_seconds=500.0
    )  # on a busy machine; it ends when it is found
    assert row["is_found"], row


@pytest.mark.parametrize("bug", PLANTED)
def test_no_seed_sets_off_a_planted_bug(bug: str, tmp_path: Path) -> None:
    campaign = Campaign(PLANTED[bug].target, "hypothesis", tmp_path / "work")
    corpus.prepare_folder(PLANTED[bug].target, campaign.work, has_saved=False)
    campaign.run(500.0, mode="replay", bug=bug)
    assert campaign.findings == {}
    assert campaign.n_inputs > 0
