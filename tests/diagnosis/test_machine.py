"""The machine: features of the processor, usable cores, available memory, and the limits of a container."""

import os
from pathlib import Path

import pytest

from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.machine import MIN_MEMORY, SystemFiles, check_machine, format_bytes


@pytest.fixture
def system(tmp_path: Path) -> SystemFiles:
    for folder in ("proc", "cgroup"):
        (tmp_path / folder).mkdir()
    return SystemFiles(tmp_path / "proc", tmp_path / "cgroup")


def check(system: SystemFiles) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_machine(None, system)}


def write_processor(system: SystemFiles, flags: str, key: str = "flags") -> None:
    core = f"processor\t: 0\nmodel name\t: Fast 1\n{key}\t\t: {flags}\n"
    (system.proc / "cpuinfo").write_text(f"{core}\n{core}")


@pytest.mark.parametrize(
    ("flags", "features", "words"),
    [
        ("fpu avx2", ["AVX2"], "Fast 1: AVX2"),
        ("avx2 avx512f avx512_bf16", ["AVX2", "AVX-512", "AVX-512 bfloat16"], "computes in bfloat16"),
        ("avx2 amx_bf16", ["AVX2", "AMX bfloat16"], "six times as fast"),
    ],
)
def test_the_features_of_a_processor(
    system: SystemFiles, flags: str, features: list[str], words: str
) -> None:
    write_processor(system, flags)
    found = check(system)["processor"]
    assert found.state == "right"
    assert found.facts == {"name": "Fast 1", "features": features}
    assert words in found.value


def test_the_features_of_an_arm_processor(system: SystemFiles) -> None:
    write_processor(system, "fp asimd bf16", key="Features")
    found = check(system)["processor"]
    assert found.state == "right"
    assert found.facts["features"] == ["NEON", "NEON bfloat16"]


def test_a_processor_without_avx2_is_a_note(system: SystemFiles) -> None:
    write_processor(system, "fpu sse2")
    found = check(system)["processor"]
    assert (found.state, found.facts["features"]) == ("note", [])
    assert "AVX2" in found.remedy


def test_what_is_unknown_is_not_wrong(system: SystemFiles) -> None:
    found = check(system)
    assert [finding.state for finding in found.values()] == ["right"] * 3
    assert found["processor"].facts["features"] is None
    assert found["memory"].facts["available_bytes"] is None


@pytest.mark.parametrize(
    ("quota", "state"), [("50000 100000", "note"), ("max 100000", "right"), ("99900000 100000", "right")]
)
def test_a_container_with_less_than_the_usable_cores_is_a_note(
    system: SystemFiles, quota: str, state: str
) -> None:
    (system.cgroup / "cpu.max").write_text(f"{quota}\n")
    found = check(system)["cores"]
    assert found.state == state
    assert found.facts["usable"] == len(os.sched_getaffinity(0))
    if state == "note":
        assert found.facts["container_limit"] == 0.5
        assert "limited to 0.5" in found.value
        assert "n_threads=1" in found.remedy


def write_memory(system: SystemFiles, available: int, limit: str = "max", used: int = 0) -> None:
    (system.proc / "meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable: {available // 1024} kB\n")
    (system.cgroup / "memory.max").write_text(f"{limit}\n")
    (system.cgroup / "memory.current").write_text(f"{used}\n")


def test_memory_is_that_of_the_machine_or_of_the_container(system: SystemFiles) -> None:
    write_memory(system, 8 * 2**30)
    assert check(system)["memory"].facts["available_bytes"] == 8 * 2**30
    write_memory(system, 8 * 2**30, str(2**30), 2**29)
    found = check(system)["memory"]
    assert (found.state, found.facts["available_bytes"], found.value) == ("right", 2**29, "512 MB available")


@pytest.mark.parametrize("limit", ["max", str(2**31)])
def test_too_little_memory_is_wrong(system: SystemFiles, limit: str) -> None:
    write_memory(system, MIN_MEMORY - 1024 if limit == "max" else 2**33, limit, 2**31 - 2**20)
    found = check(system)["memory"]
    assert found.state == "wrong"
    assert "reading needs 256 MB" in found.remedy


def test_this_machine_is_described() -> None:
    assert {finding.name for finding in check_machine(None)} == {"processor", "cores", "memory"}


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (2048, "2.0 kB"), (64 * 2**20, "64 MB"), (3 * 2**29, "1.5 GB"), (60 * 2**30, "60 GB")],
)
def test_sizes_in_words(n_bytes: int, text: str) -> None:
    assert format_bytes(n_bytes) == text
