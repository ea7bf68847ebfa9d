"""What the documents name is there: links, files, folders, identifiers, commands, options and public names."""

import importlib
import re
from pathlib import Path

import click
import pytest
from tests.docs.documents import DOCUMENTS, PAGES, ROOT, blocks

import inkdigits
from inkdigits.commands import COMMANDS, cli


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
