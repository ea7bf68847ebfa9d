"""The routes of all parts together, without sockets, models and workers."""

import asyncio

import httpx
import pytest

from inkdigits.service.application import create_application
from inkdigits.service.logs import make_logger
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.resources import Resources
from inkdigits.service.settings import Settings


@pytest.fixture(scope="module")
def ask():
    """A function that sends a request and returns the answer."""
    resources = Resources(Settings(log_level="error"))
    resources.lifecycle.become_ready()
    journal = Journal(resources.metrics, make_logger(resources.settings))
    transport = httpx.ASGITransport(create_application(resources, journal))

    async def send(method, path):
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.request(method, path)

    return lambda method, path: asyncio.run(send(method, path))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page/main.js",
        "/docs",
        "/openapi.json",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/v1/models",
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
    ],
)
def test_each_part_is_reachable(ask, path):
    answer = ask("GET", path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/read", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v2/models/none", 404),
        ("GET", "/nothing", 404),
        ("GET", "/page/../../etc/passwd", 404),
        ("GET", "/page/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/docs/../../../etc/passwd", 404),
        ("DELETE", "/metrics", 405),
        ("POST", "/", 405),
    ],
)
def test_errors_have_one_form_in_all_parts(ask, method, path, status):
    answer = ask(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_request_in_progress_is_counted(ask):
    line = next(
        line
        for line in ask("GET", "/metrics").text.splitlines()
        if line.startswith("inkdigits_requests_in_progress")
    )
    assert line == "inkdigits_requests_in_progress 1.0"
