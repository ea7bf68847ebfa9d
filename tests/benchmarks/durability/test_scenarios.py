"""Every power cut during the writes: nothing half-written is taken for whole, and nothing on the disk is lost."""

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from durability.replay import replay
from durability.scenarios import Cache, Report, Results, Sweep, Training
from inkdigits import storage
from inkdigits.errors import InkdigitsError


@pytest.mark.parametrize(
    ("scenario", "least"),
    [
        pytest.param(Training, 200, marks=pytest.mark.slow),
        pytest.param(Report, 60, marks=pytest.mark.slow),
        pytest.param(Sweep, 100, marks=pytest.mark.slow),
        (Cache, 20),
        (Results, 10),
    ],
)
def test_every_state_after_a_power_cut_is_opened_as_it_should(
    tmp_path: Path, scenario: Any, least: int
) -> None:
    (tmp_path / "root").mkdir()
    recorded = scenario(tmp_path / "root")
    assert replay(recorded.recorder, tmp_path / "scratch", recorded.check) >= least


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        pytest.param(Training, "_sync_file", marks=pytest.mark.slow),
        pytest.param(Training, "_sync_folder", marks=pytest.mark.slow),
        (Cache, "_sync_folder"),
        (Results, "_sync_file"),
        (Results, "_sync_folder"),
    ],
)
def test_without_a_synchronisation_the_proof_fails(tmp_path: Path, scenario: Any, name: str) -> None:
    (tmp_path / "root").mkdir()
    with mock.patch.object(storage, name):
        recorded = scenario(tmp_path / "root")
    with pytest.raises((AssertionError, ValueError, OSError, InkdigitsError)):
        replay(recorded.recorder, tmp_path / "scratch", recorded.check)
