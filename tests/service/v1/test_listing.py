import hashlib

import pytest
from tests.service.v1.conftest import Service

from inkdigits.recognition.engines.registry import shipped_models

pytestmark = pytest.mark.xdist_group("service-v1")


def test_models_are_listed_with_their_digests(service: Service) -> None:
    models = service.client.get("/v1/models").json()["models"]
    paths = shipped_models()
    assert [model["name"] for model in models] == list(paths) == ["accurate", "compact", "classic", "quick"]
    for model in models:
        assert model["sha256"] == hashlib.sha256(paths[model["name"]].read_bytes()).hexdigest()
        assert 0.99 < model["accuracy"] < 1


def test_rosters_are_listed_without_their_numbers(service: Service) -> None:
    answer = service.client.get("/v1/rosters")
    assert answer.json() == {"rosters": [{"name": "pupils", "n_entries": 3, "lengths": [1, 2, 3]}]}
    assert "345" not in answer.text
