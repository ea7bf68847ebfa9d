"""Pictures that crash, hang or exhaust a decoder, sent to ``/v1/read``."""

from collections.abc import Iterator

from benchmarks.limits.hostile.pictures import make_pictures
from benchmarks.limits.hostile.pictures.documents import make_endless_file
from benchmarks.service.requests.request import HostileRequest, make, make_harmless, post

_FEW = (
    "refused-chunk-of-two-gigabytes.png",
    "refused-text-of-sixty-megabytes.png",
    "refused-screen-too-large.gif",
    "refused-runs-of-a-huge-picture.bmp",
    "refused-canvas-too-large.webp",
    "refused-huge-height.tiff",
    "refused-count-of-four-billion.tiff",
    "refused-box-of-four-gigabytes.heic",
    "refused-pages-in-a-circle.pdf",
    "refused-gzip-inside.png",
    "read-empty-chunks.png",
    "read-deflate-bomb.tiff",
)
"""Some of each format: those that were written to take time or memory, but take little of either here."""


def make_requests() -> Iterator[HostileRequest]:
    """Yield few pictures, and one that is bounded by the limits of the workers only."""
    found = dict(make_pictures(with_pages=False))
    for name in _FEW:
        if name in found:
            yield _make(name, found[name])
    yield make("endless.pdf", 422, _post(make_endless_file()))


def make_all_requests() -> Iterator[HostileRequest]:
    """Yield all hostile pictures."""
    for name, content in make_pictures(with_pages=False):
        yield _make(name, content)


def _make(name: str, content: bytes) -> HostileRequest:
    if name.startswith("read-"):
        return make_harmless(name, _post(content))
    return make(name, 422, _post(content))


def _post(content: bytes) -> bytes:
    return post("/v1/read?page=1", content, "Content-Type: application/octet-stream")
