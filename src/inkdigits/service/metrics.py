"""The figures of the service for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the latency histogram in seconds: a digit image takes 1 ms, a picture 20 ms, a page a second."""

BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of the histogram of batch sizes in rows."""


class Metrics:
    """All figures, in a registry of their own, so that several services in one process do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "inkdigits_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "inkdigits_request_seconds",
            "Seconds from the header of a request to its answer.",
            ["route"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self._refusals = Counter(
            "inkdigits_refusals", "Refused requests by reason.", ["reason"], registry=self.registry
        )
        self._batch_rows = Histogram(
            "inkdigits_batch_rows",
            "Digit images in a forward pass.",
            ["model"],
            buckets=BATCH_BUCKETS,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "inkdigits_waiting",
            "What waits: pictures for a worker, rows for a batch.",
            ["queue"],
            registry=self.registry,
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_refusal(self, reason: str) -> None:
        """Count a refused request."""
        self._refusals.labels(reason).inc()

    def observe_batch(self, model: str, n_rows: int) -> None:
        """Count a forward pass."""
        self._batch_rows.labels(model).observe(n_rows)

    def render(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
