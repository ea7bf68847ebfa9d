"""The documents say what is so: generated parts are up to date, links lead somewhere, examples work."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

import inkdigits
from inkdigits.commands import COMMANDS, cli
from inkdigits.data import LabelledImages, Mnist

ROOT = Path(__file__).parents[1]
GENERATE = ROOT / "tools" / "generate_docs.py"
DOCUMENTS = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "samples")
    for path in folder.glob("*.md")
    if path.is_file()
)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def generate(tool: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(tool), *arguments], capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_generated_parts_are_up_to_date() -> None:
    done = generate(GENERATE, "--check")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """All that the generator reads and writes, to be changed."""
    for name in ("tools", "docs", "benchmarks/results", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def reading_results(right: dict[str, list[bool]], letters: float) -> dict[str, object]:
    """A result file of the reading benchmark, which lists two failures a row at most."""
    rows = {
        name: {
            "title": name,
            "n": len(each),
            "n_right": sum(each),
            "failures": [{"index": index} for index, one in enumerate(each) if not one][:2],
        }
        for name, each in right.items()
    }
    rows["letters"] = {
        "title": "letters",
        "n": 9,
        "n_right": 1,
        "accuracy": letters,
        "digits": {},
        "failures": [],
    }
    return {"split": "final", "seed": 1, "generator_sha256": "a", "rows": rows}


def test_readings_are_compared_where_both_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from documents import tables

    # Of the first file three failures, of which two are listed: nothing is known beyond the second, picture 2.
    first = reading_results({"boxes": [False, True, False, True, False]}, 0.25)
    second = reading_results({"boxes": [True, True, False, True]}, 0.75)
    for name, content in (("a", first), ("b", second)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    _, _, boxes, letters = tables.reading_compared(
        tmp_path / "a.json", {"b": tmp_path / "b.json"}
    ).splitlines()
    assert boxes == "| boxes | 3 | 33.3% | 66.7% |"
    assert letters == "| letters | 9 | 25.0% | 75.0% |"

    (tmp_path / "b.json").write_text(json.dumps({**second, "generator_sha256": "b"}))
    with pytest.raises(LookupError, match="the very same pictures"):
        tables.reading_compared(tmp_path / "a.json", {"b": tmp_path / "b.json"})
    with pytest.raises(LookupError, match=r"c\.json is missing"):
        tables.reading_compared(tmp_path / "a.json", {"c": tmp_path / "c.json"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["README.md", "docs/results.md", "docs/commands.md", "docs/api.md", "docs/recipes.md"]
)
def test_the_check_reports_what_is_not_up_to_date(name: str, copy: Path) -> None:
    before = (copy / name).read_text("utf-8")
    changed = re.sub(r"99\.\d\d%|uint8|--seed", "other", before)
    (copy / name).write_text(changed, "utf-8")
    done = generate(copy / "tools" / "generate_docs.py", "--check")
    assert done.returncode == 1
    assert f"{name} is not up to date" in done.stderr
    assert (copy / name).read_text("utf-8") == changed
    assert generate(copy / "tools" / "generate_docs.py").returncode == 0
    assert (copy / name).read_text("utf-8").count("other") < changed.count("other")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"https?://|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), target


def test_source_files_that_are_named_are_there() -> None:
    """Paths from any folder of the project or of the package; names without a folder from anywhere in them."""
    trees = [ROOT / name for name in ("src", "benchmarks", "tools", "tests")]
    files = [path for tree in trees for path in tree.rglob("*") if path.suffix in (".py", ".txt")]
    known = {path.as_posix() for path in files}
    seen = 0
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text("utf-8")
        shown = re.findall(r"`((?:[\w-]+/)*\w+\.(?:py|txt))`", text)
        if page.name == "design.md":
            (tree,) = (block for block in blocks(page, "text") if block.startswith("src/inkdigits/"))
            shown += re.findall(r"[\w/]+\.py", tree)
        for name in shown:
            assert any(path.endswith(f"/{name}") for path in known), f"{page.name} names {name}"
            seen += 1
    assert seen > 50


def test_identifiers_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    shown = set(re.findall(r"`(_?[A-Za-z]\w*_\w+|[A-Z]{4,})`", text))
    trees = [ROOT / name for name in ("src", "tools")]
    code = "".join(path.read_text("utf-8") for tree in trees for path in tree.rglob("*.py"))
    assert len(shown) > 15
    assert not {name for name in shown if not re.search(rf"\b{name}\b", code)}


def test_the_tree_of_the_design_has_every_folder_of_the_package() -> None:
    (tree,) = (b for b in blocks(ROOT / "docs" / "design.md", "text") if b.startswith("src/inkdigits/"))
    package = ROOT / "src" / "inkdigits"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    folders |= {path.parent.name for path in package.glob("*/*/__init__.py")}
    named = set(re.findall(r"(\w+)/", tree)) - {"src", "inkdigits", "models"}
    assert named == folders - {"sections"}


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert re.findall(r"^## inkdigits (\S+)$", text, re.MULTILINE) == list(COMMANDS)


def test_every_public_name_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert sorted(re.findall(r"^### `(\w+)", text, re.MULTILINE)) == sorted(inkdigits.__all__)


def shell_lines() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
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
    (source,), (shown,) = blocks(ROOT / "README.md", "python"), blocks(ROOT / "README.md", "text")
    exec(compile(source, "README.md", "exec"), {})
    assert capsys.readouterr().out == shown


@pytest.mark.slow
def test_the_python_of_the_documents_runs(
    mnist: Mnist,
    small_test: LabelledImages,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a part of MNIST; all else is as it stands there."""
    (reading,) = blocks(ROOT / "docs" / "reading.md", "python")
    (training,) = blocks(ROOT / "docs" / "recipes.md", "python")
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inkdigits, "load_mnist", lambda: Mnist(mnist.train[:1000], small_test))
    exec(compile(reading, "docs/reading.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "7"
    assert lines[2] == str(small_test.labels[:5])
    exec(compile(training, "docs/recipes.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7"
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "report.html").exists()
