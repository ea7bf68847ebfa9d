"""compose.yaml: safe without any change, and consistent with the image and the settings of the service."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from inkdigits.commands.serve import command
from inkdigits.service.settings import Settings

ROOT = Path(__file__).parents[2]
UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "s": 1}


@pytest.fixture
def service() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert list(document) == ["services"]
    ((name, service),) = document["services"].items()
    assert name == "inkdigits"
    return service


def parse_quantity(text: str) -> float:
    return float(text[:-1]) * UNITS[text[-1]]


def make_settings(service: dict[str, Any]) -> Settings:
    """The settings of the service with the values of the file, as the command converts them."""
    options = {each.envvar: each for each in command.params}
    values = {
        options[name].name: options[name].type.convert(value, options[name], None)
        for name, value in service["environment"].items()
        if not str(value).startswith("$")
    }
    return Settings(**values)


def test_it_is_reached_from_this_machine_only(service: dict[str, Any]) -> None:
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert not {"network_mode", "expose", "privileged", "pid", "ipc", "volumes", "devices"} & set(service)


def test_it_does_not_start_without_a_token(service: dict[str, Any]) -> None:
    """`:?` lets the file fail if the variable is unset or empty."""
    assert re.fullmatch(r"\$\{INKDIGITS_TOKEN:\?[^{}]+\}", service["environment"]["INKDIGITS_TOKEN"])
    assert "INKDIGITS_INSECURE" not in service["environment"]


def test_it_has_no_rights(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "user", "tmpfs"} & set(service)


def test_every_variable_is_a_setting_of_the_command(service: dict[str, Any]) -> None:
    known = {each.envvar for each in command.params} | {"INKDIGITS_TOKEN"}
    assert set(service["environment"]) <= known
    settings = make_settings(service)
    assert settings.n_workers == service["cpus"]


def test_the_workers_fit_into_the_memory(service: dict[str, Any]) -> None:
    settings = make_settings(service)
    least = settings.n_workers * settings.worker_memory_bytes
    assert least + 400e6 <= parse_quantity(service["mem_limit"])  # 400 MB for the process that serves
    assert service["memswap_limit"] == service["mem_limit"]
    assert (
        settings.worker_memory_bytes >= 1.5e9
    )  # the largest pictures: see `inkdigits.workers.limits.Limits`
    assert 32 <= service["pids_limit"] <= 512


def test_it_has_the_time_to_answer_all_requests_before_it_is_killed(service: dict[str, Any]) -> None:
    settings = make_settings(service)
    assert settings.stop_delay_seconds == service["environment"]["INKDIGITS_STOP_DELAY"]
    assert settings.drain_seconds == service["environment"]["INKDIGITS_DRAIN_LIMIT"]
    longest = settings.stop_delay_seconds + settings.drain_seconds
    assert parse_quantity(service["stop_grace_period"]) >= longest + 5  # for the end of the workers


def test_the_image_says_the_same(service: dict[str, Any]) -> None:
    """An image in the format of OCI has no health check, so the file repeats it."""
    text = (ROOT / "Containerfile").read_text()
    check = re.search(r"^HEALTHCHECK (.*) CMD (.*)$", text, re.MULTILINE)
    assert check is not None
    options = dict(each.removeprefix("--").replace("-", "_").split("=") for each in check[1].split())
    healthcheck = service["healthcheck"]
    assert healthcheck["test"] == ["CMD", *json.loads(check[2])]
    assert {name: str(healthcheck[name]) for name in options} == options
    exposed = re.search(r"^EXPOSE (\d+)$", text, re.MULTILINE)
    assert exposed is not None
    assert [port.rpartition(":")[2] for port in service["ports"]] == [exposed[1]]
    assert service["build"] == {"context": ".", "dockerfile": "Containerfile"}
    assert service["pull_policy"] == "build"  # never an image of this name from a registry


def test_it_starts_again_and_its_log_does_not_fill_the_disk(service: dict[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])
