"""What one sees on the page."""

import base64
import re

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def expect_reading(page: Page, text: str) -> None:
    """Expect a number as the reading of what is on the sheet."""
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator("#headline")).to_have_text(text)


def expect_blank(page: Page) -> None:
    expect(page.locator("#answer")).to_have_attribute("data-state", "empty")
    expect(page.locator(".box")).to_have_count(0)


def expect_words(page: Page, pattern: str) -> None:
    """Expect that the panel says something."""
    expect(
        page.locator("#headline + #verdict, #headline").filter(has_text=re.compile(pattern)).first
    ).to_be_visible()


def resize_window(page: Page, size: dict[str, int]) -> None:
    """Change the size of the window, and wait until the sheet and the boxes over it are painted again."""
    page.set_viewport_size(size)
    page.locator("#sheet").evaluate(
        """async (canvas, width) => {
          const frame = () => new Promise(requestAnimationFrame);
          const isPainted = () => Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio) <= 1;
          while (innerWidth !== width || !isPainted()) await frame();
          await frame();
        }""",
        size["width"],
    )


def read_ink(page: Page) -> NDArray[np.uint8]:
    """Return the sheet as it is painted: opacity of each pixel of the screen, `uint8` (height, width)."""
    width, height, values = page.locator("#sheet").evaluate(
        """(canvas) => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          const opacity = data.filter((value, index) => index % 4 === 3);
          let text = "";
          for (let at = 0; at < opacity.length; at += 30000) {
            text += String.fromCharCode(...opacity.subarray(at, at + 30000));
          }
          return [canvas.width, canvas.height, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(values), np.uint8).reshape(height, width)


def count_ink(page: Page) -> int:
    """Return the number of pixels of the sheet with ink."""
    return int((read_ink(page) > 127).sum())
