from prometheus_client.parser import text_string_to_metric_families

from inkdigits.service.metrics import Metrics


def test_figures_in_the_text_of_prometheus():
    metrics = Metrics()
    metrics.observe_request("POST", "/v1/read", 200, 0.02)
    metrics.observe_request("POST", "/v1/read", 200, 0.03)
    metrics.observe_request("POST", "/v1/read", 429, 0.001)
    metrics.count_refusal("queue_full")
    metrics.observe_batch("quick", 3)
    metrics.observe_batch("quick", 40)
    families = {each.name: each for each in text_string_to_metric_families(metrics.render().decode())}
    requests = {
        sample.labels["status"]: sample.value
        for sample in families["inkdigits_requests"].samples
        if sample.name == "inkdigits_requests_total"
    }
    assert requests == {"200": 2, "429": 1}
    seconds = {sample.name: sample.value for sample in families["inkdigits_request_seconds"].samples}
    assert seconds["inkdigits_request_seconds_count"] == 3
    assert abs(seconds["inkdigits_request_seconds_sum"] - 0.051) < 1e-9
    rows = {
        sample.labels.get("le"): sample.value
        for sample in families["inkdigits_batch_rows"].samples
        if sample.name == "inkdigits_batch_rows_bucket"
    }
    assert (rows["2.0"], rows["4.0"], rows["64.0"]) == (0, 1, 2)
    assert "process_resident_memory_bytes" in families


def test_registries_are_separate():
    one, other = Metrics(), Metrics()
    one.count_refusal("queue_full")
    assert other.registry.get_sample_value("inkdigits_refusals_total", {"reason": "queue_full"}) is None
