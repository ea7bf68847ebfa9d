"""The files of the page: whole, small, and without anything from elsewhere."""

import re
from pathlib import PurePosixPath

import pytest

from inkdigits.page.files import MEDIA_TYPES, START, load_page_files

FILES = load_page_files()
OF_LOCAL_READER = "page/readers/local"
TEXTS = {
    name: file.content.decode()
    for name, file in FILES.items()
    if name.endswith((".html", ".css", ".js", ".svg"))
}
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_the_tag_changes_with_the_content() -> None:
    tags = {file.tag for file in FILES.values()}
    assert len(tags) == len({file.content for file in FILES.values()}) == len(FILES)
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)


def test_each_file_has_the_media_type_of_its_suffix() -> None:
    assert FILES[START].media_type == "text/html; charset=utf-8"
    assert FILES["page/main.js"].media_type == "text/javascript; charset=utf-8"
    assert {PurePosixPath(name).suffix for name in FILES} <= set(MEDIA_TYPES)


def test_it_is_small() -> None:
    assert (
        sum(len(file.content) for name, file in FILES.items() if not name.startswith(OF_LOCAL_READER))
        < 120_000
    )


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    text = TEXTS[name].replace(SVG_NAMESPACE, "")
    assert not re.findall(r"""(?:https?:)?//[a-z0-9-]+\.[a-z]|@import|url\(""", text)


def test_the_page_has_no_script_and_no_style_of_its_own() -> None:
    page = TEXTS[START]
    assert "<style" not in page
    assert not re.findall(r"\sstyle=|\son[a-z]+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert re.findall(r"<script[^>]*>", page)


def test_text_is_never_set_as_markup() -> None:
    for name, text in TEXTS.items():
        assert not re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
        ), name


def test_every_reference_leads_to_a_file_and_every_file_is_referred_to() -> None:
    referred = {START}
    for name, text in TEXTS.items():
        folder = PurePosixPath(name).parent
        for target in re.findall(r"""(?:from|import) ?\(?"(\.[^"]+)"|(?:src|href)="(page/[^"#]+)\"""", text):
            path = folder / next(filter(None, target))
            referred.add(_resolve(path))
    unknown = referred - set(FILES)
    unused = {name for name in set(FILES) - referred if not name.startswith(OF_LOCAL_READER)}
    assert not unknown
    assert not unused


def _resolve(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
