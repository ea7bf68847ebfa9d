"""The reader of the page without a server, called in a browser; and a server of files."""

import base64
import functools
import http.server
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page as Tab

_BATCH = 25
"""Drawings that are sent to the browser at once."""

_SCORE = """async (images) => {
  const { score } = inkdigits["readers/local.js"];
  const pixels = Uint8Array.from(atob(images), (each) => each.charCodeAt(0));
  const scores = [];
  for (let i = 0; i < pixels.length; i += 784) {
    const start = performance.now();
    const probabilities = score(pixels.subarray(i, i + 784));
    scores.push({ probabilities, milliseconds: performance.now() - start });
  }
  return scores;
}"""

_READ = """async (drawings) => {
  const { read } = inkdigits["readers/local.js"];
  const readings = [];
  for (const drawing of drawings) {
    const bytes = Uint8Array.from(atob(drawing), (each) => each.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d", { alpha: false, willReadFrequently: true }).drawImage(bitmap, 0, 0);
    const start = performance.now();
    const reading = await read(canvas, { layout: "digit", ink: "any" }, new AbortController().signal);
    readings.push({ reading, milliseconds: performance.now() - start });
  }
  return readings;
}"""


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, as ``python -m http.server`` does; yield the address."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""


def score_images(tab: Tab, images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], list[float]]:
    """Score digit images, ``uint8`` (n, 28, 28), with the network of the page that a tab shows.

    Returns
    -------
    probabilities : ndarray
        ``float64`` (n, 10).
    milliseconds : list of float
        Time of each.
    """
    scores = tab.evaluate(_SCORE, base64.b64encode(images.tobytes()).decode())
    return np.array([each["probabilities"] for each in scores]), [each["milliseconds"] for each in scores]


def read_drawings(
    tab: Tab, drawings: Iterable[NDArray[np.uint8]]
) -> Iterator[tuple[dict[str, Any], NDArray[np.uint8] | None, float]]:
    """Read drawings, ``uint8`` (h, w), with the page that a tab shows.

    Yields
    ------
    reading : dict
        The JSON of the reading.
    image : ndarray or None
        The digit image, ``uint8`` (28, 28); None if the reading has none.
    milliseconds : float
        Time of the reading.
    """
    encoded = (base64.b64encode(cv2.imencode(".png", each)[1].tobytes()).decode() for each in drawings)
    while batch := list(islice(encoded, _BATCH)):
        for answer in tab.evaluate(_READ, batch):
            reading = answer["reading"]
            image = reading["digits"][0].get("image")
            yield reading, None if image is None else _decode(image), answer["milliseconds"]


def _decode(image: str) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.imdecode(np.frombuffer(base64.b64decode(image), np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8
    )
