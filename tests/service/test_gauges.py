from types import SimpleNamespace

import inkdigits
from inkdigits.service.gauges import ResourceCollector
from inkdigits.service.metrics import Metrics
from inkdigits.service.resources import Resources
from inkdigits.service.settings import Settings


def get(resources, name, /, **labels):
    metrics = Metrics()
    metrics.registry.register(ResourceCollector(resources))
    return metrics.registry.get_sample_value(name, labels)


def test_figures_before_the_start():
    resources = Resources(Settings())
    assert get(resources, "inkdigits_ready") == 0
    assert get(resources, "inkdigits_waiting", queue="pictures") == 0
    assert get(resources, "inkdigits_workers_restarted_total") == 0
    assert get(resources, "inkdigits_info", version=inkdigits.__version__) == 1


def test_figures_of_the_resources():
    resources = Resources(Settings(), pool=SimpleNamespace(n_waiting=3, n_replaced=2))
    resources.models["quick"] = SimpleNamespace(
        name="quick", digest="ab12", batcher=SimpleNamespace(n_waiting=17)
    )
    resources.lifecycle.become_ready()
    resources.lifecycle.n_requests = 5
    assert get(resources, "inkdigits_ready") == 1
    assert get(resources, "inkdigits_requests_in_progress") == 5
    assert get(resources, "inkdigits_waiting", queue="pictures") == 3
    assert get(resources, "inkdigits_waiting", queue="rows of quick") == 17
    assert get(resources, "inkdigits_workers_restarted_total") == 2
    assert get(resources, "inkdigits_model_info", name="quick", sha256="ab12") == 1
