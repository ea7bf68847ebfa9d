"""Processor, cores and memory, with the limits of a container."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from inkdigits.diagnosis.finding import Finding

TOPIC = "Machine"

MIN_MEMORY = 256 * 2**20
"""Least available memory in bytes: `inkdigits read` has a peak of 141 MB for a photo of one digit with 12 megapixels,
and of 166 MB for a page with six numbers, measured."""

_FEATURES = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_bf16": "AVX-512 bfloat16",
    "amx_bf16": "AMX bfloat16",
    "asimd": "NEON",
    "bf16": "NEON bfloat16",
}
"""Names of processor features in ``/proc/cpuinfo``, and their usual names."""


@dataclass(frozen=True)
class SystemFiles:
    """Folders of the system's description of itself, so that tests can replace them.

    Attributes
    ----------
    proc
        The folder of the kernel's tables.
    cgroup
        The folder of the limits of a container (control groups, version 2).
    """

    proc: Path = Path("/proc")
    cgroup: Path = Path("/sys/fs/cgroup")


def check_machine(runs: Path, system: SystemFiles = SystemFiles()) -> list[Finding]:
    """Describe processor and cores, and check the available memory.

    Parameters
    ----------
    runs
        Not used.
    system
        Where the system describes itself.

    Returns
    -------
    list of Finding
        Processor, cores, memory. A slow processor is a note; too little memory is wrong.
    """
    return [_check_processor(system), _check_cores(system), _check_memory(system)]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _check_processor(system: SystemFiles) -> Finding:
    first_core = _read(system.proc / "cpuinfo").partition("\n\n")[0]
    lines = {
        key.strip(): text.strip()
        for key, _, text in (each.partition(":") for each in first_core.splitlines())
    }
    name = lines.get("model name") or platform.processor() or platform.machine()
    flags = (lines.get("flags") or lines.get("Features") or "").split()
    features = [title for flag, title in _FEATURES.items() if flag in flags]
    facts = {"name": name, "features": features if flags else None}
    if not flags:
        return Finding(TOPIC, "processor", "right", f"{name}, features unknown on this system", facts=facts)
    listed = f"{name}: {', '.join(features) or 'no vector features'}"
    if "asimd" not in flags and "avx2" not in flags:
        remedy = "use a machine with AVX2 (x86 since 2013) or a 64-bit ARM: reading takes several times as long here"
        return Finding(TOPIC, "processor", "note", listed, remedy, facts)
    if "AMX bfloat16" in features:
        # docs/results/speed.md, accurate in batches: 22,110 images per second in bfloat16, 3,587 in float32.
        listed += "; OpenVINO computes in bfloat16, six times as fast in batches"
    elif any("bfloat16" in feature for feature in features):
        listed += "; OpenVINO computes in bfloat16"
    return Finding(TOPIC, "processor", "right", listed, facts=facts)


def _check_cores(system: SystemFiles) -> Finding:
    installed = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else installed
    quota, _, period = _read(system.cgroup / "cpu.max").strip().partition(" ")
    limit = round(int(quota) / int(period), 2) if quota.isdecimal() and period.isdecimal() else None
    facts = {"installed": installed, "usable": usable, "container_limit": limit}
    value = f"{usable} of {installed} usable"
    if limit is not None and limit < usable:
        n_threads = max(1, int(limit))
        remedy = f"set Reader(n_threads={n_threads}) or give the container more: further threads wait for each other"
        return Finding(
            TOPIC, "cores", "note", f"{value}, the container is limited to {limit:g}", remedy, facts
        )
    return Finding(TOPIC, "cores", "right", value, facts=facts)


def _check_memory(system: SystemFiles) -> Finding:
    available = _available_memory(system)
    facts = {"available_bytes": available}
    if available is None:
        return Finding(TOPIC, "memory", "right", "unknown on this system", facts=facts)
    value = f"{format_bytes(available)} available"
    if available >= MIN_MEMORY:
        return Finding(TOPIC, "memory", "right", value, facts=facts)
    remedy = (
        f"close other programs or raise the limit of the container: reading needs {format_bytes(MIN_MEMORY)}"
    )
    return Finding(TOPIC, "memory", "wrong", value, remedy, facts)


def _available_memory(system: SystemFiles) -> int | None:
    """Return the bytes that this process can still use, within the limit of its container."""
    candidates = []
    for line in _read(system.proc / "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            candidates.append(int(line.split()[1]) * 1024)
    limit, used = (_read(system.cgroup / name).strip() for name in ("memory.max", "memory.current"))
    if limit.isdecimal() and used.isdecimal():
        candidates.append(max(0, int(limit) - int(used)))
    return min(candidates, default=None)


def format_bytes(n_bytes: int) -> str:
    """Return a size such as ``12.3 GB`` (1 GB is 2**30 bytes) for people."""
    for unit, size in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if n_bytes >= size:
            return f"{n_bytes / size:.1f} {unit}" if n_bytes < 10 * size else f"{n_bytes / size:.0f} {unit}"
    return f"{n_bytes} bytes"
