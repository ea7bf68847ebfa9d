"""The routes of the page: ``/`` and its files below ``/page/``.

All files are loaded at the start, so that no path of a request reaches the disk. They need no token: a browser sends
none when it opens a page, and they contain no secret.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inkdigits.page.files import START, PageFile, load_page_files
from inkdigits.service.refusals import Refusal

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",  # the picture that was chosen, and the inputs of the network
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""What the page may load and run: only its own files. Even a defect in it cannot run a script of a stranger."""

PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=()"
"""Devices that the page may not use. A photo is taken by the camera application, through a file field."""


def create_routes() -> list[Route]:
    """Return the routes of the page and its files."""
    page_files = load_page_files()

    async def answer_page(request: Request) -> Response:
        return _answer(request, page_files[START])

    async def answer_file(request: Request) -> Response:
        file = page_files.get(f"page/{request.path_params['name']}")
        if file is None:
            raise Refusal(404, "the page has no such file", "not_found")
        return _answer(request, file)

    return [Route("/", answer_page, name="page"), Route("/page/{name:path}", answer_file, name="page_file")]


def _answer(request: Request, file: PageFile) -> Response:
    """Return the file, or 304 if the browser has it."""
    headers = {
        "Cache-Control": "no-cache",  # a browser asks each time; the tag makes the answer short
        "ETag": file.tag,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Permissions-Policy": PERMISSIONS_POLICY,
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
