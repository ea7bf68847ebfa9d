"""``/docs``: a page that shows the OpenAPI document with Swagger UI, from files of this package only."""

import functools
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

ASSETS = Path(__file__).parent / "assets"
"""The files of the page."""

FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "/start.js": ("start.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    "/swagger-ui.css": ("swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
}
"""Paths below ``/docs``, with their files and media types. No other file can be reached."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline; Swagger UI has its icons as ``data:`` addresses."""

router = APIRouter(prefix="/docs", include_in_schema=False)


def _make_route(file: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer_file(request: Request) -> Response:
        content, tag = _read_file(file)
        headers = {
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Cache-Control": "no-cache",  # a browser asks each time; the tag makes the answer short
            "ETag": tag,
        }
        if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    return answer_file


@functools.cache
def _read_file(file: str) -> tuple[bytes, str]:
    """Return the content of a file of the package, and its entity tag."""
    content = (ASSETS / file).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


for _path, (_file, _media_type) in FILES.items():
    router.add_api_route(_path, _make_route(_file, _media_type), response_model=None)
