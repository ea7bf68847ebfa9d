"""The documents are correct: generated parts are up to date, links lead somewhere, examples work, the site builds."""

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import inkdigits
from inkdigits.commands import COMMANDS, cli
from inkdigits.data import LabelledImages, Mnist

ROOT = Path(__file__).parents[1]
GENERATE = ROOT / "tools" / "generate_docs.py"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "samples").glob("*.md"), *PAGES])


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
    "name",
    ["README.md", "docs/results/results.md", "docs/reference/api.md", "docs/explanation/recipes.md"],
)
def test_the_check_reports_what_is_not_up_to_date(name: str, copy: Path) -> None:
    before = (copy / name).read_text("utf-8")
    changed = re.sub(r"99\.\d\d%|Learning rate", "other", before)
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
    trees = [ROOT / name for name in ("src", "benchmarks", "tools", "tests", "requirements", "fuzz")]
    files = [path for tree in trees for path in tree.rglob("*") if path.suffix in (".py", ".txt")]
    known = {path.as_posix() for path in files}
    seen = 0
    for page in (ROOT / "README.md", *PAGES):
        text = page.read_text("utf-8")
        shown = re.findall(r"`((?:[\w-]+/)*\w+\.(?:py|txt))`", text)
        if page.name == "design.md":
            (tree,) = (block for block in blocks(page, "text") if block.startswith("src/inkdigits/"))
            shown += re.findall(r"[\w/]+\.py", tree)
        for name in shown:
            assert any(path.endswith(f"/{name}") for path in known), f"{page.name} names {name}"
            seen += 1
    assert seen > 50


def test_paths_that_contributing_names_are_there() -> None:
    """Whole paths, from the package or from the root of the repository; ``NAME`` stands for any name."""
    text = re.sub(
        r"^```.*?^```", "", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    shown = re.findall(
        r"`([\w.-]+/[\w./-]*|[\w.-]+\.(?:css|html|js|json|md|py|toml|txt|ya?ml)|Containerfile)`", text
    )
    paths = {name for name in shown if "NAME" not in name}
    assert len(paths) > 100
    roots = (ROOT / "src" / "inkdigits", ROOT)
    assert not {name for name in paths if not any((root / name).exists() for root in roots)}


def test_identifiers_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    shown = set(re.findall(r"`(_?[A-Za-z]\w*_\w+|[A-Z]{4,})`", text))
    trees = [ROOT / name for name in ("src", "tools", "benchmarks")]
    files = [path for tree in trees for path in tree.rglob("*.py")]
    files += (ROOT / "src" / "inkdigits" / "page").rglob("*.js")
    code = "".join(path.read_text("utf-8") for path in files)
    assert len(shown) > 15
    assert not {name for name in shown if not re.search(rf"\b{name}\b", code)}


def test_the_tree_of_the_design_has_every_folder_of_the_package() -> None:
    design = ROOT / "docs" / "explanation" / "design.md"
    (tree,) = (block for block in blocks(design, "text") if block.startswith("src/inkdigits/"))
    package = ROOT / "src" / "inkdigits"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    folders |= {path.parent.name for path in package.glob("*/*/__init__.py")}
    named = set(re.findall(r"(\w+)/", tree)) - {"src", "inkdigits", "models"}
    assert named == folders - {"sections"}


def test_every_command_is_documented_with_examples() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    directive = (
        r"^::: mkdocs-click\n    :module: (\S+)\n    :command: command\n    :prog_name: inkdigits (\S+)$"
    )
    _, *parts = re.split(directive, text, flags=re.MULTILINE)
    assert parts[1::3] == list(COMMANDS)
    for module, name, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        assert importlib.import_module(module).command is cli.get_command(click.Context(cli), name)
        (examples,) = re.findall(r"^```sh\n(.*?)^```", rest, re.DOTALL | re.MULTILINE)
        assert f"inkdigits {name}" in examples


def test_every_option_has_help() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.opts[0]}"


def test_every_public_name_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    assert sorted(re.findall(r"^::: inkdigits\.(?!errors$)(\w+)$", text, re.MULTILINE)) == inkdigits.__all__


def build_site(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )


class Html(HTMLParser):
    """The anchors and links of a page, its text, and the part of its text that is not code."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.headings: list[str] = []
        self.text = self.prose = ""
        self._open: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := found.get(name))}
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        if tag in ("article", "code", "pre", "script", "style", "h1", "h2"):
            self._open.append(tag)
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "article" not in self._open or {"script", "style"} & set(self._open):
            return
        self.text += data
        if {"h1", "h2"} & set(self._open):
            self.headings[-1] += data
        if not {"code", "pre"} & set(self._open):
            self.prose += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Html]:
    """The pages of the site, built anew, by their paths."""
    folder = tmp_path_factory.mktemp("site")
    done = build_site(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder).as_posix(): Html(path) for path in folder.rglob("*.html")} | {
        "": Html(folder / "index.html")
    }


pages_of_the_site = pytest.mark.xdist_group("site")  # one worker builds the site


@pytest.mark.slow
@pages_of_the_site
def test_every_page_is_in_the_site_and_rendered(site: dict[str, Html]) -> None:
    for path in PAGES:
        page = site[path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()]
        assert len(page.text) > 400, path
        # Directives, tables, links, fences and marks that were not understood.
        assert not re.findall(
            r":::.*|^\s*\|.*\|\s*$|\]\(.*|^\s*```.*|\*\*.*|<!--.*", page.prose, re.MULTILINE
        ), path


@pytest.mark.slow
@pages_of_the_site
def test_the_links_of_the_site_lead_somewhere_and_load_nothing_from_elsewhere(site: dict[str, Html]) -> None:
    for name, page in site.items():
        if name == "404.html":
            continue  # its links start at the root of a server
        folder = Path(name).parent
        for link in page.links:
            path, _, anchor = link.partition("#")
            if path.endswith(".html"):
                target = os.path.normpath(folder / path).replace(os.sep, "/")
                assert target in site, f"{name}: {link}"
                assert not anchor or anchor in site[target].anchors, f"{name}: {link}"
            elif not path:
                assert not anchor or anchor in page.anchors, f"{name}: {link}"
            else:
                assert "//" not in path, f"{name}: {link}"


@pytest.mark.slow
@pages_of_the_site
def test_the_site_has_every_public_name_and_every_option(site: dict[str, Html]) -> None:
    assert {f"inkdigits.{name}" for name in inkdigits.__all__} <= site["reference/api.html"].anchors
    page = site["reference/commands.html"]
    assert [heading.rstrip("¶") for heading in page.headings[1:]] == [
        f"inkdigits {name}" for name in COMMANDS
    ]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[0] in page.text, f"{name} {parameter.opts[0]}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        "[a page](nowhere.md)",
        "[a heading](tutorial/index.md#nowhere)",
        "![a picture](images/nowhere.png)",
        "::: inkdigits.nowhere",
        "::: mkdocs-click\n    :module: inkdigits.commands.nowhere\n    :command: command",
    ],
)
def test_the_site_does_not_build_with_a_fault(fault: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.onnx", "__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with (tmp_path / "docs" / "index.md").open("a") as page:
        page.write(f"\n{fault}\n")
    done = build_site(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr


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
