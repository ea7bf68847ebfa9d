"""The saved inputs of every fuzz target do no harm: no input ends in an unexpected exception, or ends the process."""

from pathlib import Path

import pytest

from fuzz import corpus
from fuzz.supervisor import Campaign
from fuzz.targets import list_targets, load_target


@pytest.mark.timeout(600)
@pytest.mark.parametrize("target", list_targets())
def test_saved_inputs_do_no_harm(target: str, tmp_path: Path) -> None:
    """They are executed in a process of their own with limits, as in a campaign."""
    campaign = Campaign(target, "hypothesis", tmp_path / target)
    corpus.prepare_folder(target, campaign.work)
    n_inputs = len(list((campaign.work / "corpus").iterdir()))
    assert n_inputs >= len(corpus.list_saved_inputs(target)) > 0
    campaign.run(500.0, mode="replay")
    assert campaign.findings == {}
    assert campaign.n_inputs == n_inputs


def test_saved_corpora_are_small() -> None:
    sizes = {path: path.stat().st_size for path in corpus.FOLDER.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 400_000
    assert {path.parent.name for path in sizes} == set(list_targets())


def test_every_target_checks_its_results_and_names_its_refusals() -> None:
    for name in list_targets():
        target = load_target(name)
        assert list(target.make_seeds()), name
        assert "Exception" not in {each.__name__ for each in target.refusals}
