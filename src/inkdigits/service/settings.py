"""The settings of the service."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from inkdigits.errors import UsageError
from inkdigits.files.limits import MAX_PICTURE_BYTES
from inkdigits.workers.limits import Limits, count_cores

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""Names in the header ``Host`` of a request to this machine from itself."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
"""Characters of a bearer token (RFC 6750, section 2.1); 16 of them cannot be guessed over a network."""

_POSITIVE = (
    "n_workers",
    "picture_seconds",
    "max_waiting_pictures",
    "max_batch_rows",
    "max_waiting_rows",
    "deadline_seconds",
    "max_body_bytes",
    "max_bodies_bytes",
    "body_seconds",
    "min_body_bytes_per_second",
    "header_seconds",
    "max_header_bytes",
    "max_headers",
    "max_url_bytes",
    "max_connections",
    "keep_alive_seconds",
)
"""Settings that are above 0."""


@dataclass(frozen=True)
class Settings:
    """The settings of the service. Each has an option of ``inkdigits serve`` and a variable ``INKDIGITS_*``.

    Attributes
    ----------
    host
        Address to listen on. The default can be reached from this machine only.
    port
        Port to listen on; 0 takes a free one.
    token
        Bearer token that requests must send, or None. Required beyond loopback, unless ``is_insecure``.
    is_insecure
        Whether to listen beyond loopback without a token.
    allowed_hosts
        Further names that a request may have in its header ``Host``, besides those of this machine and ``host``: a
        web page of a stranger can let its own name point to this machine (DNS rebinding), but cannot set the header.
    model
        Name or path of the classifier that reads pictures; None is the most accurate one.
    rosters
        Lists of possible numbers that requests may name: name to file. They are loaded at the start, because no path
        from a request may reach the disk.
    n_workers
        Number of processes that read pictures: one for each core. Each has 110 MB before its first picture.
    picture_seconds
        Time for one picture in a worker, in seconds. A dense page needs up to 3 s of an idle core; the default leaves a
        third of the deadline for waiting.
    worker_memory_bytes
        Address space of a worker in bytes; see `inkdigits.workers.limits.Limits`.
    max_waiting_pictures
        Number of pictures that may wait for a worker; further ones get 429. A small picture takes 20 ms, so 32 wait
        well under a second for two workers; pages of a second each take 16 s, which is within the deadline.
    max_batch_rows
        Largest number of digit images in one forward pass. With 32, ``accurate`` has reached its full rate (4,200
        images a second on one core; 3,800 with one), and those of the next pass wait 8 ms at most for this one.
    max_batch_wait_seconds
        Longest time for which images wait after a pass for others to fill the next one; a lone request never waits.
        None by default: fuller batches save little on a CPU, and images that arrive during a pass share the next one.
    max_waiting_rows
        Number of digit images that may wait for a forward pass of one model; further ones get 429. 1,024 images take
        ``accurate`` a quarter of a second on one core.
    deadline_seconds
        Time for an answer from the last byte of the request, in seconds. A request may ask for less.
    max_body_bytes
        Length of the largest request in bytes: the largest picture, and 64 kB for the parts of a form.
    max_bodies_bytes
        Length of the bodies of all requests in hand, in bytes, without the first 256 kB of each; further ones get 429.
        Eight of the largest pictures. A body is in memory twice while it waits for a worker.
    body_seconds
        Time in which the whole body must arrive, in seconds: 20 MB at 3 Mbit/s.
    min_body_bytes_per_second
        Least mean rate of a body after ``body_grace_seconds``; far below that of a phone on a bad network.
    body_grace_seconds
        Time before the rate of a body is checked, in seconds.
    header_seconds
        Time in which the header of a request must arrive, in seconds; for a new connection from its beginning.
    max_header_bytes
        Length of the largest header of a request in bytes, with its address: as of Node.js; browsers send 1 to 2 kB.
    max_headers
        Number of the fields in the largest header: as of Apache; browsers send about 15.
    max_url_bytes
        Length of the longest address in bytes. The longest useful one has some hundred.
    max_connections
        Number of open connections; further ones get 429 and are closed. Each needs a descriptor, of which a process
        often has 1,024, and up to 80 kB.
    keep_alive_seconds
        Time after which a connection without a request is closed, in seconds.
    stop_delay_seconds
        Time between the signal to stop and the end of listening, in seconds: requests are still answered while a load
        balancer finds out that the service is not ready.
    drain_seconds
        Longest time for which accepted requests are answered after that, in seconds.
    log_format
        ``json``, ``text`` for people, or ``auto``: text if stderr is a terminal.
    log_level
        ``info`` has a line for each request, ``warning`` for failed ones only, ``error`` for defects only.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = field(default=None, repr=False)
    is_insecure: bool = False
    allowed_hosts: tuple[str, ...] = ()
    model: str | None = None
    rosters: tuple[tuple[str, Path], ...] = ()
    n_workers: int = field(default_factory=count_cores)
    picture_seconds: float = 20.0
    worker_memory_bytes: int = Limits.memory_bytes
    max_waiting_pictures: int = 32
    max_batch_rows: int = 32
    max_batch_wait_seconds: float = 0.0
    max_waiting_rows: int = 1024
    deadline_seconds: float = 30.0
    max_body_bytes: int = MAX_PICTURE_BYTES + 2**16
    max_bodies_bytes: int = 512 * 2**20
    body_seconds: float = 60.0
    min_body_bytes_per_second: int = 1000
    body_grace_seconds: float = 5.0
    header_seconds: float = 10.0
    max_header_bytes: int = 16 * 2**10
    max_headers: int = 100
    max_url_bytes: int = 4096
    max_connections: int = 512
    keep_alive_seconds: float = 15.0
    stop_delay_seconds: float = 1.0
    drain_seconds: float = 30.0
    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["info", "warning", "error"] = "info"

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"expected a port from 0 to 65535, but got {self.port}")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise UsageError(f"expected {name} above 0, but got {getattr(self, name):g}")
        for name in ("max_batch_wait_seconds", "stop_delay_seconds", "drain_seconds", "body_grace_seconds"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise UsageError(f"expected {name} of at least 0, but got {getattr(self, name):g}")
        if self.picture_seconds > self.deadline_seconds:
            raise UsageError(
                f"expected picture_seconds of at most deadline_seconds, but got {self.picture_seconds:g} and "
                f"{self.deadline_seconds:g}: nobody would wait for the picture"
            )
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            raise UsageError(
                "expected a token of at least 16 letters, digits and -._~+/=; make one with  "
                "python -c 'import secrets; print(secrets.token_urlsafe())'"
            )
        Limits(self.picture_seconds, self.worker_memory_bytes)  # checks them
