"""``inkdigits page``: what it writes, what it prints, and its exit status."""

from pathlib import Path

import pytest

from inkdigits.commands import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["page", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_the_page_is_written_and_the_next_steps_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my demo"
    status, out, err = run(capsys, "--static", str(folder))
    assert (status, err) == (0, "")
    assert f"Wrote {folder}: " in out
    assert f"open {(folder / 'index.html').as_uri()}\n" in out
    assert "my%20demo" in out
    assert (folder / "index.html").exists()


def test_without_a_folder_the_page_of_the_service_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "--static FOLDER" in err
    assert "inkdigits serve" in err


def test_a_folder_with_other_files_and_another_network_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    status, _, err = run(capsys, "--static", str(tmp_path))
    assert (status, err.count("\n")) == (1, 1)
    assert "mine.txt" in err
    status, _, err = run(capsys, "--static", str(tmp_path / "new"), "--model", "accurate")
    assert (status, err.count("\n")) == (1, 1)
    assert "is_digit" in err
    assert run(capsys, "--static", str(tmp_path), "--force")[0] == 0
