"""One browser and one service for all tests of the page; each test opens the page anew and watches it."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))

from page_browser import find_browser, launch_browser, run_service

expect.set_options(timeout=30_000)  # a busy machine is slow; a test that passes waits for nothing


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        message = "Chromium is not installed: make browser, or the packages of your system"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = launch_browser(playwright, path)
        yield started
        started.close()


@pytest.fixture(scope="package")
def service() -> Iterator[str]:
    """The address of a running service."""
    with run_service("--workers", "1") as address:
        yield address


@dataclass
class Watched:
    """What happened on a page that must not happen.

    Attributes
    ----------
    problems
        Messages of the console, errors of scripts, and requests to elsewhere.
    allowed
        Regular expression of the problems that a test causes itself.
    """

    problems: list[str] = field(default_factory=list)
    allowed: str | None = None

    def watch(self, page: Page, address: str) -> None:
        page.on("console", lambda message: self.problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:", f"blob:{address}"))
                else self.problems.append(f"request to {request.url}")
            ),
        )

    def check(self) -> None:
        unexpected = [each for each in self.problems if not (self.allowed and re.search(self.allowed, each))]
        assert not unexpected


@pytest.fixture
def watched() -> Iterator[Watched]:
    """What the pages of a test do; at its end there must be no error."""
    watched = Watched()
    yield watched
    watched.check()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, service: str, watched: Watched) -> Iterator[Open]:
    """A function that opens the page in a new context with options, such as ``color_scheme`` and ``has_touch``."""
    contexts: list[BrowserContext] = []

    def open_page(width: int = 1280, height: int = 860, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page, service)
        page.goto(service)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Open) -> Page:
    """The page in a window of a desktop."""
    return open_page()
