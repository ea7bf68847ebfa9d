"""A real browser, and the service that it opens: for the tests of the page and for its screenshot.

Chromium of the operating system is used (``make browser`` installs it on Debian), and never one that is downloaded.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names of the program, as distributions have them."""

_START_SECONDS = 120.0
"""Time for the start of the service in seconds: one second on an idle machine."""


def find_browser() -> str | None:
    """Return the path of Chromium, or None if it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch_browser(playwright: Playwright, path: str) -> Browser:
    """Start Chromium without a window. Its sandbox cannot be used by root."""
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=arguments, timeout=1000 * _START_SECONDS)


@contextlib.contextmanager
def run_service(*options: str) -> Iterator[str]:
    """Run ``inkdigits serve`` on a free port in a process of its own; yield the address of the page.

    Parameters
    ----------
    options
        Further options of the command.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "inkdigits", "serve", "--port", "0", *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INKDIGITS_")}
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield _wait_for_address(process, log)
        finally:
            _end(process)


def _wait_for_address(process: "subprocess.Popen[Any]", log: Path) -> str:
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        found = re.search(r"The page is at +(http://\S+)", log.read_text("utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"expected the service to start, but it wrote: {log.read_text('utf-8')}")


def _end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
