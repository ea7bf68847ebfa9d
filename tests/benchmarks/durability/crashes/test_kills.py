"""Real SIGKILLs, also inside saves: each training is resumed and ends with the weights of an uninterrupted one."""

from pathlib import Path

import pytest

from benchmarks.durability.crashes.kills import survive_kills


@pytest.mark.slow
@pytest.mark.timeout(900)  # half a minute on an idle machine
def test_a_training_survives_twenty_kills(tmp_path: Path) -> None:
    survived = survive_kills(20, tmp_path)
    assert survived.kills == 20
    assert survived.inside_saves >= 10
    assert survived.runs >= 1
