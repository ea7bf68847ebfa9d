"""Draws a number on the page in a browser and writes the picture of the README: docs/images/page-draw.png.

python tools/screenshot_page.py [FILE.png]
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from inkdigits.files.storage import write_bytes
from page_browser import find_browser, launch_browser, run_service
from page_drawing import draw_number

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "page-draw.png"
NUMBER = "42"
WIDTH, HEIGHT = 1200, 720
"""Size of the window in CSS pixels."""


def main(target: Path = TARGET) -> int:
    """Write the screenshot; return the exit status."""
    path = find_browser()
    if path is None:
        print("expected Chromium, but it is not installed: make browser", file=sys.stderr)
        return 1
    with run_service("--workers", "1") as address, sync_playwright() as playwright:
        browser = launch_browser(playwright, path)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page = context.new_page()
        page.goto(address)
        write_bytes(target, _reduce_colours(_draw(page)))
        browser.close()
    print(f"Wrote {target} ({target.stat().st_size / 1024:.0f} KiB)")
    return 0


def _draw(page: Page) -> bytes:
    """Draw the number and return a picture of the window, as PNG."""
    draw_number(page, NUMBER, 150, 130, 250)
    expect(page.locator("#headline")).to_have_text(NUMBER, timeout=60_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)  # transitions end
    return page.screenshot()


def _reduce_colours(content: bytes) -> bytes:
    picture = Image.open(io.BytesIO(content)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    reduced = io.BytesIO()
    picture.save(reduced, "PNG", optimize=True)
    return reduced.getvalue()


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
