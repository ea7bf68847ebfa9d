"""The site builds, every page and link of it works, and a fault in the documents stops the build."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from tests.docs.documents import PAGES, ROOT

import inkdigits
from inkdigits.commands import COMMANDS, cli


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
