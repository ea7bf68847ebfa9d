"""The files of the page, loaded into memory."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

START = "index.html"
"""Name of the page itself; it refers to the others by relative addresses, ``page/...``."""

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".bin": "application/octet-stream",
}
"""Media types by suffix. The tables of the operating system differ from machine to machine."""


@dataclass(frozen=True)
class PageFile:
    """One file of the page.

    Attributes
    ----------
    content
        Its bytes.
    media_type
        For the header ``Content-Type``.
    tag
        Entity tag: a digest of the content, in quotation marks.
    """

    content: bytes
    media_type: str
    tag: str


def load_page_files() -> dict[str, PageFile]:
    """Return the files of the page, with all of both readers, by their path relative to the page.

    Returns
    -------
    dict
        From `START` and paths such as ``page/main.js`` to files.
    """
    return {name: _load(entry) for name, entry in _walk(files("inkdigits.page") / "assets", "")}


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    """Return the files in a folder and its folders, with their paths."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = prefix + entry.name
        found += _walk(entry, f"{name}/") if entry.is_dir() else [(name, entry)]
    return found


def _load(entry: Traversable) -> PageFile:
    content = entry.read_bytes()
    suffix = entry.name[entry.name.rfind(".") :]
    return PageFile(content, MEDIA_TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')
