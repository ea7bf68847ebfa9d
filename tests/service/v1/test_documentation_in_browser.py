"""The page ``/docs`` in Chromium."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect, sync_playwright
from tests.service.v1.conftest import SAMPLES, Service

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))

from page_browser import find_browser, launch_browser

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service-v1")]


@pytest.mark.parametrize(("theme", "prefix"), [("light", ""), ("dark", "/ink")])
def test_the_page_describes_and_sends_a_request_without_a_message_in_the_console(
    theme: str, prefix: str, service: Service
) -> None:
    """Also below a prefix, as a proxy may have it; what is asked for outside of it is a problem."""
    path = find_browser()
    if path is None:
        message = "Chromium is not installed: make browser, or the packages of your system"
        (pytest.fail if os.environ.get("CI", "").lower() in ("1", "true") else pytest.skip)(message)
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = launch_browser(playwright, path)
        page = browser.new_context(color_scheme=theme).new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        base = f"{service.url}{prefix}/"

        def note_address(request: Request) -> None:
            if not request.url.startswith((base, "data:")):
                problems.append(request.url)

        page.on("request", note_address)
        page.route(
            f"{base}**",
            lambda route: route.continue_(url=route.request.url.replace(base, f"{service.url}/")),
        )
        page.goto(f"{base}docs")
        page.get_by_text("Read the digits in a picture").first.click()
        page.get_by_role("button", name="Try it out").click()
        page.locator("input[type=file]").set_input_files(SAMPLES / "seven.png")
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_contain_text('"text": "7"', timeout=30_000)
        is_dark = page.evaluate("document.documentElement.classList.contains('dark-mode')")
        assert is_dark == (theme == "dark")
        browser.close()
    assert problems == []
