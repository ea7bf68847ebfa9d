"""Metrics of the resources, which are read when Prometheus asks for them."""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from inkdigits.service.resources import Resources


class ResourceCollector(Collector):
    """Reads the phase, the queues, the workers and the models.

    Parameters
    ----------
    resources
        Of the service.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        resources, pool = self._resources, self._resources.pool
        models = list(resources.models.values())
        ready = GaugeMetricFamily("inkdigits_ready", "1 if new requests should be sent here.")
        ready.add_metric([], float(resources.lifecycle.is_ready))
        yield ready
        in_hand = GaugeMetricFamily("inkdigits_requests_in_progress", "Requests that are not answered yet.")
        in_hand.add_metric([], resources.lifecycle.n_requests)
        yield in_hand
        waiting = GaugeMetricFamily(
            "inkdigits_waiting",
            "Pictures that wait for a worker, rows that wait for a model.",
            labels=["queue"],
        )
        waiting.add_metric(["pictures"], 0 if pool is None else pool.n_waiting)
        for model in models:
            waiting.add_metric([f"rows of {model.name}"], model.batcher.n_waiting)
        yield waiting
        restarted = CounterMetricFamily(
            "inkdigits_workers_restarted", "Workers started in place of those that crashed or were ended."
        )
        restarted.add_metric([], 0 if pool is None else pool.n_replaced)
        yield restarted
        models_info = InfoMetricFamily(
            "inkdigits_model", "The classifiers: name and SHA-256.", labels=["name"]
        )
        for model in models:
            models_info.add_metric([model.name], {"sha256": model.digest})
        yield models_info
        service_info = InfoMetricFamily("inkdigits", "The service: its version.")
        service_info.add_metric([], {"version": version("inkdigits")})
        yield service_info
