"""What the build needs of this machine's configuration: the index of Python packages, and the certificates."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

CERTIFICATE_SETTINGS = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Environment variables with a file of certificates, if those of the base do not suffice."""


def write_secrets(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Write the secrets of the build for the index and the certificates that pip uses here.

    Parameters
    ----------
    folder
        Where pip's configuration is written.
    environment
        Environment variables.

    Returns
    -------
    dict of str to Path
        Files by the names of the secrets of the Containerfile; only those that differ from the defaults.
    """
    secrets = {}
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    settings = dict(line.split("=", 1) for line in listed.splitlines())
    index = _find_setting(settings, "index-url")
    if index is not None:
        secrets["pip"] = folder / "pip.conf"
        secrets["pip"].write_text(f"[global]\nindex-url = {index}\n", encoding="utf-8")
    paths = [_find_setting(settings, "cert"), *(environment.get(name) for name in CERTIFICATE_SETTINGS)]
    certificates = next((Path(path) for path in paths if path and Path(path).is_file()), None)
    if certificates is not None:
        secrets["certificates"] = certificates
    return secrets


def _find_setting(settings: Mapping[str, str], name: str) -> str | None:
    """Return a setting of pip: of the environment, else of a file."""
    found = {
        key.partition(".")[0]: value.strip("'") for key, value in settings.items() if key.endswith(f".{name}")
    }
    return found.get(":env:") or next(iter(found.values()), None)
