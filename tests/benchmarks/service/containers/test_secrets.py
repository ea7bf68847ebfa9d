"""The index and the certificates of this machine's pip, as secrets of a build."""

import os
from pathlib import Path

import pytest

from benchmarks.service.containers.secrets import write_secrets

INDEX = "https://user:word@packages.example/simple"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without any setting of pip."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}


def test_there_are_none_without_settings(bare: dict[str, str], tmp_path: Path) -> None:
    assert write_secrets(tmp_path, bare) == {}


def test_an_index_is_written_as_settings_of_pip(bare: dict[str, str], tmp_path: Path) -> None:
    secrets = write_secrets(tmp_path, {**bare, "PIP_INDEX_URL": INDEX})
    assert secrets == {"pip": tmp_path / "pip.conf"}
    assert secrets["pip"].read_text() == f"[global]\nindex-url = {INDEX}\n"


def test_the_environment_takes_precedence_over_files(bare: dict[str, str], tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text("[global]\nindex-url = https://other.example/simple\n")
    environment = {**bare, "PIP_CONFIG_FILE": str(settings)}
    assert "other.example" in write_secrets(tmp_path, environment)["pip"].read_text()
    assert (
        "packages.example"
        in write_secrets(tmp_path, {**environment, "PIP_INDEX_URL": INDEX})["pip"].read_text()
    )


@pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_are_given_as_they_are(bare: dict[str, str], tmp_path: Path, name: str) -> None:
    file = tmp_path / "certificates.pem"
    assert write_secrets(tmp_path, {**bare, name: str(file)}) == {}  # there is no such file
    file.write_text("certificates")
    assert write_secrets(tmp_path, {**bare, name: str(file)}) == {"certificates": file}
