"""The time that HTTP and the hand-over to a worker add to reading a picture."""

import http.client
import statistics
import time

import cv2

from inkdigits.recognition.reader import Reader

MAX_OVERHEAD_MS = 3.0
"""The aim: a picture takes at most so many milliseconds longer over HTTP than with `Reader.read`."""

_N_WARM_UP = 10


def measure_picture_overhead(port: int, content: bytes, n_rounds: int = 200) -> dict[str, float]:
    """Read a picture in turn with `Reader.read` in this process and over HTTP, on one connection.

    In turn, so that both meet the same clock rate and the same other load. The reader has one thread, as a worker has.

    Parameters
    ----------
    port
        Port of a service that has nothing else to do.
    content
        The picture, a PNG.
    n_rounds
        Number of readings of each kind.

    Returns
    -------
    dict
        Medians in milliseconds, and their difference ``overhead_ms``.

    Raises
    ------
    RuntimeError
        If a picture is not read.
    """
    cv2.setNumThreads(1)
    reader = Reader(n_threads=1)
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def read_over_http() -> None:
        connection.request("POST", "/v1/read", content, {"Content-Type": "image/png"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"expected a reading, but got {answer.status}: {body!r}")

    seconds: dict[str, list[float]] = {"reader_ms": [], "http_ms": []}
    for n in range(_N_WARM_UP + n_rounds):
        for name, read in (("reader_ms", lambda: reader.read(content)), ("http_ms", read_over_http)):
            begun = time.perf_counter()
            read()
            if n >= _N_WARM_UP:
                seconds[name].append(time.perf_counter() - begun)
    connection.close()
    figures = {name: round(1e3 * statistics.median(each), 3) for name, each in seconds.items()}
    return {**figures, "overhead_ms": round(figures["http_ms"] - figures["reader_ms"], 3)}
