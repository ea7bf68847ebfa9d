"""The routes of the page."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from inkdigits.page.files import load_page_files
from inkdigits.service.page import create_routes
from inkdigits.service.refusals import Refusal, answer_refusal


@pytest.fixture
def get():
    app = Starlette(routes=create_routes(), exception_handlers={Refusal: answer_refusal})
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
    return lambda path, method="GET", **options: asyncio.run(client.request(method, path, **options))


def test_the_page_and_its_files_are_served(get):
    answer = get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>inkdigits" in answer.text
    for name, file in load_page_files().items():
        if name.startswith("page/"):
            answer = get(f"/{name}")
            assert (answer.status_code, answer.content) == (200, file.content)
            assert answer.headers["content-type"] == file.media_type


@pytest.mark.parametrize("path", ["/", "/page/main.js"])
def test_a_file_that_the_browser_has_is_not_sent_again(get, path):
    first = get(path)
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_policy_lets_the_page_load_and_run_only_its_own_files(get):
    policy = dict(part.split(" ", 1) for part in get("/").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert not [source for source in policy.values() if "unsafe" in source or "*" in source]


def test_head_has_no_body(get):
    answer = get("/page/main.js", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize(
    "path",
    ["/page/", "/page/nothing.js", "/page/..%2findex.html", "/page/%2e%2e/files.py", "/page//etc/passwd"],
)
def test_other_paths_are_not_found(get, path):
    answer = get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error"}
