import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from inkdigits.commands.console.progress import show_progress
from inkdigits.commands.data import command
from inkdigits.data.folders import cache_folder
from inkdigits.errors import DataError


@pytest.fixture
def runner(small_mnist) -> CliRunner:
    return CliRunner()


def test_absent_data_are_said_with_what_to_do(runner: CliRunner) -> None:
    result = runner.invoke(command, [])
    assert result.exit_code == 0
    assert "MNIST   missing" in result.stdout
    assert f"{cache_folder()} (the cache)" in result.stdout
    assert "inkdigits data --download" in result.stdout
    assert not cache_folder().exists()


def test_absent_data_are_not_verified(runner: CliRunner) -> None:
    result = runner.invoke(command, ["--verify"])
    assert result.exit_code == 1
    assert isinstance(result.exception, DataError)
    assert "download it with  inkdigits data --download" in str(result.exception)


def test_whole_data(runner: CliRunner, small_mnist) -> None:
    small_mnist.write(cache_folder())
    assert "present, not verified" in runner.invoke(command, []).stdout
    result = runner.invoke(command, ["--verify"])
    assert result.exit_code == 0
    assert "MNIST   complete, SHA-256 verified" in result.stdout
    assert "39,216 bytes  complete" in result.stdout
    starts = {line.index(" bytes") for line in result.stdout.splitlines() if " bytes" in line}
    assert len(starts) == 1, "the sizes stand under each other"


def test_damaged_data(runner: CliRunner, small_mnist) -> None:
    small_mnist.write(cache_folder())
    (cache_folder() / "t10k-labels-idx1-ubyte").write_bytes(b"x")
    result = runner.invoke(command, ["--verify"])
    assert result.exit_code == 1
    assert "MNIST   damaged" in result.stdout
    assert "t10k-labels-idx1-ubyte: expected 28 bytes, found 1" in str(result.exception)


def test_named_folder_is_shown_and_never_filled(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKDIGITS_DATA", str(tmp_path / "mine"))
    assert "set by INKDIGITS_DATA" in runner.invoke(command, []).stdout
    result = runner.invoke(command, ["--download"])
    assert result.exit_code == 1
    assert "from the given folder" in str(result.exception)


def test_download_that_cannot_be_kept_fails(
    runner: CliRunner, small_mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = list(small_mnist.contents.values())
    monkeypatch.setattr("inkdigits.data.mnist.fetch_from_mirrors", lambda mirrors, progress: (contents, []))
    assert runner.invoke(command, ["--download"]).exit_code == 0
    shutil.rmtree(cache_folder())
    cache_folder().write_text("a file where a folder should be")
    result = runner.invoke(command, ["--download"])
    assert result.exit_code == 1
    assert "downloaded but cannot be stored" in str(result.exception)


def test_download_of_what_is_whole_fetches_nothing(runner: CliRunner, small_mnist) -> None:
    small_mnist.write(cache_folder())
    result = runner.invoke(command, ["--download"])
    assert result.exit_code == 0
    assert "complete, SHA-256 verified" in result.stdout
    assert result.stderr == ""


def test_progress_is_a_line_a_step_in_logs(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as progress:
        for done in range(3):
            progress("Fetching it", done, 3)
        progress("Verifying it", 0, 0)
    assert capsys.readouterr().err == "Fetching it\nVerifying it\n"


def test_progress_is_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with show_progress() as progress:
        progress("Fetching it", 1, 4)
    said = capsys.readouterr()
    assert said.out == ""
    assert "Fetching it" in said.err
    assert "25%" in said.err
