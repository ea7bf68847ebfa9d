"""The service against its OpenAPI document; `make try-api` sends thousands of requests."""

from pathlib import Path

import pytest

from benchmarks.service import api_conformance
from benchmarks.service.conformance.hooks import damage
from benchmarks.service.load.servers import run_inkdigits


def test_damaged_files_are_the_same_each_time_and_differ_from_the_file() -> None:
    content = bytes(range(256)) * 4
    damaged = [damage(content, seed) for seed in range(20)]
    assert damaged == [damage(content, seed) for seed in range(20)]
    assert all(each != content for each in damaged)
    assert {len(each) < len(content) for each in damaged} == {True, False}


@pytest.mark.slow
def test_the_service_answers_as_its_document_says(tmp_path: Path) -> None:
    with run_inkdigits("--workers", "1") as server:
        url = f"http://127.0.0.1:{server.port}"
        found = api_conformance.run_schemathesis(url, "valid", 2, tmp_path)
        statuses = api_conformance.count_statuses(url)
    assert found["failures"] == []
    assert found["errors"] == 0
    assert found["complete"]
    assert found["requests"] > 100
    assert statuses["200"] > 10
    assert not any(status.startswith("5") for status in statuses)
