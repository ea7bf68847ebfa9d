"""The examples of the documents work: commands, make targets and Python."""

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from tests.docs.documents import PAGES, ROOT, blocks

import inkdigits
from inkdigits.commands import COMMANDS, cli
from inkdigits.data import LabelledImages, Mnist


def shell_lines() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
    lines = [line for page in pages for block in blocks(page, "sh") for line in block.splitlines()]
    sessions = [line for page in pages for block in blocks(page, "console") for line in block.splitlines()]
    return lines + [line.removeprefix("$ ") for line in sessions if line.startswith("$ ")]


def test_every_command_line_that_is_shown_is_understood() -> None:
    context = click.Context(cli, info_name="inkdigits")
    seen = set()
    for line in shell_lines():
        for part in re.split(r"[|<]", line):
            words = shlex.split(part, comments=True)
            if words[:1] == ["inkdigits"]:
                command = cli.get_command(context, words[1])
                assert command is not None, line
                command.make_context(words[1], words[2:], parent=context)
                seen.add(words[1])
    assert seen == set(COMMANDS)


def test_every_make_target_that_is_shown_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = {match[1] for line in shell_lines() if (match := re.match(r"make ([a-z-]+)", line))}
    assert {"train", "test", "check"} <= shown <= targets


def test_the_commands_of_the_readme_print_what_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (session,) = blocks(ROOT / "README.md", "console")
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)[1:]
    assert len(parts) == 6
    for line, shown in zip(parts[::2], parts[1::2], strict=True):
        cli.main(shlex.split(line, comments=True)[1:], standalone_mode=False)
        assert capsys.readouterr().out == shown


def test_the_python_of_the_readme_prints_what_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (source,) = blocks(ROOT / "README.md", "python")
    exec(compile(source, "README.md", "exec"), {})
    shown = re.findall(r"^# (.*)$", source, re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == shown
    assert len(shown) == 2


@pytest.mark.slow
def test_the_python_of_the_documents_runs(
    mnist: Mnist,
    small_test: LabelledImages,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a part of MNIST; all else is as it stands there."""
    reading, pool = blocks(ROOT / "docs" / "how-to" / "pictures.md", "python")
    (training,) = blocks(ROOT / "docs" / "explanation" / "recipes.md", "python")
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inkdigits, "load_mnist", lambda: Mnist(mnist.train[:1000], small_test))
    exec(compile(reading, "docs/how-to/pictures.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "7"
    assert lines[2] == str(small_test.labels[:5])
    exec(compile(pool, "docs/how-to/pictures.md", "exec"), {"inkdigits": inkdigits})
    assert capsys.readouterr().out == "5\n7\n"
    exec(compile(training, "docs/explanation/recipes.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7"
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "report.html").exists()
