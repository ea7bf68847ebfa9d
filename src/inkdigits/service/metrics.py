"""The metrics of the service for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the latency histogram in seconds: a digit image takes 1 ms, a picture 20 ms, a page a second."""

BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of the histogram of batch sizes in rows."""


class Metrics:
    """All metrics, in a registry of their own, so that several services in one process do not share them.

    The metrics of a label are found once and kept: finding them takes as long as all the rest.

    Attributes
    ----------
    registry
        Where collectors of further metrics are registered.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "inkdigits_requests",
            "Requests by method, route and status; a connection refused without a request has the method NONE.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "inkdigits_request_seconds",
            "Seconds from the header of a request to the end of its answer.",
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
        self._of_requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._of_models: dict[str, Histogram] = {}

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        method, route
            Its method and the pattern of its route, each of a small set.
        status
            Status of the answer; 499 if the client went away before.
        seconds
            Time to the end of the answer, in seconds.
        """
        found = self._of_requests.get((method, route, status))
        if found is None:
            found = self._requests.labels(method, route, str(status)), self._seconds.labels(route)
            self._of_requests[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def count_refusal(self, reason: str) -> None:
        """Count a refused request."""
        self._refusals.labels(reason).inc()

    def observe_batch(self, model: str, n_rows: int) -> None:
        """Count a forward pass of a model over some rows."""
        found = self._of_models.get(model)
        if found is None:
            found = self._of_models[model] = self._batch_rows.labels(model)
        found.observe(n_rows)

    def render(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)
