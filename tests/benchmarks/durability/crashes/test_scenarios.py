"""Every power cut during the writes: nothing half-written is taken for whole, and nothing on the disk is lost."""

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from benchmarks.durability.crashes.replay import replay
from benchmarks.durability.crashes.scenarios import Cache, Report, Results, Sweep, Training
from inkdigits.errors import InkdigitsError
from inkdigits.files import storage
from inkdigits.runs.run_directory import write_manifest
from inkdigits.training.loop.checkpoint import remove_checkpoints


@pytest.mark.parametrize(
    ("scenario", "least"),
    [
        pytest.param(Training, 120, marks=pytest.mark.slow),
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


def remove_checkpoints_first(run: Path) -> None:
    remove_checkpoints(run)
    write_manifest(run)


@pytest.mark.parametrize(
    ("scenario", "target", "mutant"),
    [
        pytest.param(
            Training,
            "inkdigits.training.train.write_manifest",
            remove_checkpoints_first,
            id="order at the end",
        ),
        pytest.param(Training, "inkdigits.runs.run_directory.sync_tree", mock.Mock(), id="event files"),
        pytest.param(
            Report,
            "inkdigits.reporting.report.remove_from_manifest",
            mock.Mock(),
            id="manifest of the report",
        ),
    ],
)
@pytest.mark.slow
def test_with_another_order_of_writes_the_proof_fails(
    tmp_path: Path, scenario: Any, target: str, mutant: Any
) -> None:
    (tmp_path / "root").mkdir()
    with mock.patch(target, mutant):
        recorded = scenario(tmp_path / "root")
    with pytest.raises((AssertionError, OSError, InkdigitsError)):
        replay(recorded.recorder, tmp_path / "scratch", recorded.check)


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
