"""A worker that fails by itself is an error of the harness, and no finding."""

from pathlib import Path

import pytest

from fuzz import corpus
from fuzz.supervisor import Campaign, HarnessError


def test_a_failed_worker_is_an_error(tmp_path: Path) -> None:
    campaign = Campaign("model_card", "hypothesis", tmp_path / "work")
    corpus.prepare_folder("model_card", campaign.work)
    with pytest.raises(HarnessError, match="ended with status 1, but between two inputs"):
        campaign.run(30.0, bug="no such bug")
    assert campaign.findings == {}


@pytest.mark.slow
def test_inputs_with_new_lines_are_kept(tmp_path: Path) -> None:
    campaign = Campaign("onnx_check", "hypothesis", tmp_path / "work")
    corpus.prepare_folder("onnx_check", campaign.work)
    for path in corpus.list_saved_inputs("onnx_check"):
        (campaign.work / "corpus" / path.name).unlink(missing_ok=True)
    before = len(list((campaign.work / "corpus").iterdir()))
    campaign.run(100.0, is_enough=lambda each: len(each.growth) > 2)
    assert campaign.findings == {}
    assert campaign.n_inputs > before
    assert len(list((campaign.work / "corpus").iterdir())) > before
    (first, *_), *_, (last, *_) = [tuple(reversed(each)) for each in campaign.growth]
    assert 0 < first < last
