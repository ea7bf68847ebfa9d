"""The bill of materials: complete, valid, the same for the same input, and up to date."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import write_sbom
from inkdigits.files.storage import sha256_of_file
from inkdigits.recognition.detection.detector import SHIPPED
from inkdigits.recognition.engines.registry import shipped_models
from requirement_locks import list_locks, read_lock, read_project


@pytest.fixture(scope="module")
def text() -> str:
    return write_sbom.SBOM.read_text("utf-8")


@pytest.fixture(scope="module")
def components(text: str) -> dict[str, dict[str, Any]]:
    return {each["bom-ref"]: each for each in json.loads(text)["components"]}


def test_the_file_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_sbom.main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.slow
def test_a_file_that_is_not_up_to_date_is_found(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.json"
    monkeypatch.setattr(write_sbom, "SBOM", copy)
    monkeypatch.setattr(write_sbom, "ROOT", tmp_path)
    assert write_sbom.main(["--check"]) == 1
    copy.write_text(text.replace('"scope": "optional"', '"scope": "required"', 1))
    assert write_sbom.main(["--check"]) == 1
    assert "make sbom" in capsys.readouterr().err
    assert write_sbom.main([]) == 0
    assert copy.read_text("utf-8") == text


def test_it_satisfies_the_schema(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_an_invalid_document_is_refused() -> None:
    project = read_project()
    project["project"]["license"] = "not a licence"
    with pytest.raises(ValueError, match="schema"):
        write_sbom.build_sbom({name: read_lock(path) for name, path in list_locks().items()}, project)


def test_it_has_no_host_name_and_no_time(text: str) -> None:
    assert "://" not in text
    assert "timestamp" not in json.loads(text)["metadata"]


def test_every_package_of_all_is_in_it_with_its_scope(components: dict[str, dict[str, Any]]) -> None:
    core = {pin.name for pin in read_lock(list_locks()["core"])}
    packages = {name: each for name, each in components.items() if name.startswith("pkg:pypi/")}
    assert set(packages) == {f"pkg:pypi/{pin.name}@{pin.version}" for pin in read_lock(list_locks()["all"])}
    assert {each["name"] for each in packages.values() if each["scope"] == "required"} == core
    for each in packages.values():
        if each["scope"] == "optional":
            assert {item["name"] for item in each["properties"]} >= {"inkdigits:extra"}


def test_the_shipped_models_are_in_it_with_their_digests(components: dict[str, dict[str, Any]]) -> None:
    for path in [*shipped_models().values(), SHIPPED]:
        (component,) = (each for each in components.values() if each["name"].endswith(f"/{path.name}"))
        assert component["type"] == "machine-learning-model"
        assert component["hashes"] == [{"alg": "SHA-256", "content": sha256_of_file(path)}]


def test_the_packages_of_npm_are_in_it_with_the_digests_of_their_files(
    components: dict[str, dict[str, Any]], text: str
) -> None:
    (name,) = (name for name in components if name.startswith("pkg:npm/"))
    component = components[name]
    assert name == f"pkg:npm/swagger-ui-dist@{component['version']}"
    assert component["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    digests = {
        each["name"].removeprefix("inkdigits:sha256:"): each["value"] for each in component["properties"]
    }
    for file in ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"):
        path = f"service/v1/assets/swagger-ui/{file}"
        assert digests[path] == sha256_of_file(write_sbom.PACKAGE / path)


def test_who_requires_whom_is_in_it(text: str) -> None:
    required = {
        each["ref"].partition("@")[0]: {name.partition("@")[0] for name in each.get("dependsOn", [])}
        for each in json.loads(text)["dependencies"]
    }
    assert {"pkg:pypi/numpy", "pkg:pypi/pillow", "pkg:pypi/keras"} <= required["inkdigits"]
    assert "pkg:pypi/flatbuffers" in required["pkg:pypi/onnxruntime"]
    assert "pkg:pypi/flatbuffers" not in required["inkdigits"]


def test_the_digests_of_the_locks_are_in_it(text: str) -> None:
    digests = {each["name"]: each["value"] for each in json.loads(text)["properties"]}
    for name in ("core", "all", *write_sbom.EXTRAS):
        assert digests[f"inkdigits:sha256:requirements/{name}.txt"] == sha256_of_file(list_locks()[name])


def test_the_extras_of_all_are_those_of_pyproject() -> None:
    (all_of_them,) = read_project()["project"]["optional-dependencies"]["all"]
    assert all_of_them == f"inkdigits[{','.join(write_sbom.EXTRAS)}]"
