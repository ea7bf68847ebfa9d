"""The environment of a run: package versions and machine."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

import msgspec

from inkdigits.files.json_records import Amount, Count, to_json

_PACKAGES = ("inkdigits", "keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "onnx", "onnxruntime")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The machine; None for what is unknown. Neither host name nor kernel, because results are published."""

    processor: str | None = None
    cores: Count | None = None
    """Number of logical cores that the process may use."""
    memory_gib: Amount | None = None
    platform: str | None = None
    """Operating system and instruction set."""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """When and where a result was computed."""

    created: str
    """Time in UTC, ISO 8601."""
    machine: Machine
    versions: dict[str, str]
    """Versions of Python and of the installed packages that can change a result."""


def detect_environment() -> Environment:
    """Return the time, the machine and the versions of this process."""
    return Environment(
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        machine=Machine(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            memory_gib=_memory_gib(),
            platform=f"{platform.system()} {platform.machine()}",
        ),
        versions={"python": platform.python_version(), **_versions()},
    )


def describe_environment() -> dict[str, Any]:
    """Return the `Environment` of this process as a JSON object."""
    return dict(to_json(detect_environment()))


def _versions() -> dict[str, str]:
    installed = {}
    on_jax = os.environ.get("KERAS_BACKEND") == "jax"
    for package in _PACKAGES:
        # JAX may be installed without being the backend of this run.
        if package == "jax" and not on_jax:
            continue
        try:
            installed[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def _processor() -> str:
    """Return the processor's name, model number and bfloat16 flags; virtual machines often share one name."""
    try:
        first_core = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return platform.processor() or platform.machine()
    lines = (line.partition(":") for line in first_core.splitlines())
    facts = {name.strip(): value.strip() for name, _, value in lines}
    name = facts.get("model name", platform.machine())
    wide = [flag for flag in ("avx512_bf16", "amx_bf16") if flag in facts.get("flags", "").split()]
    return f"{name} (model {facts.get('model', '?')}{''.join(f', {flag}' for flag in wide)})"


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None
