"""The Containerfile: what its final stage is made of, and where its packages come from."""

import itertools
import json
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from inkdigits.commands import cli

ROOT = Path(__file__).parents[2]


def read_instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Containerfile with their values: comments removed, continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [
        (word, value.strip())
        for word, _, value in (line.partition(" ") for line in joined.splitlines() if line)
    ]


INSTRUCTIONS = read_instructions((ROOT / "Containerfile").read_text())
LAST = max(number for number, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM")
FINAL = INSTRUCTIONS[LAST:]
OPTIONS_WITH_VALUE = {"-r", "--only-binary", "--python"}
RUNS = [value for word, value in INSTRUCTIONS if word == "RUN"]


def find(word: str) -> str:
    """The value of the only instruction of a kind in the final stage."""
    (value,) = (value for each, value in FINAL if each == word)
    return value


def read_environment() -> dict[str, str]:
    return dict(each.split("=", 1) for each in shlex.split(find("ENV")))


def test_the_final_stage_holds_only_what_the_others_prepared() -> None:
    assert FINAL[0] == ("FROM", "scratch")
    assert {word for word, _ in FINAL} == {
        "FROM", "LABEL", "COPY", "ENV", "USER", "WORKDIR", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert [value.split()[0] for word, value in FINAL if word == "COPY"] == [
        "--from=system", "--from=packages", "--from=wheel",
    ]  # fmt: skip


def test_the_layers_that_change_most_often_come_last() -> None:
    """A new version of inkdigits is a small download for those who have the one before."""
    stages = [value.split()[-1] for word, value in INSTRUCTIONS if word == "FROM"][:-1]
    assert stages == ["python", "system", "packages", "wheel"]
    packages = INSTRUCTIONS[: INSTRUCTIONS.index(("FROM", "packages AS wheel"))]
    assert not [
        value for word, value in packages if word == "COPY" and re.search(r"\b(src|pyproject)", value)
    ]


def test_it_runs_as_a_user_without_rights() -> None:
    user, _, group = find("USER").partition(":")
    assert int(user) >= 10000
    assert int(group) >= 10000
    assert any(f":x:{user}:{group}:" in run for run in RUNS)


def test_the_signal_is_the_one_that_the_service_handles() -> None:
    assert find("STOPSIGNAL") == "SIGTERM"


def test_the_commands_exist_and_need_no_shell() -> None:
    check = json.loads(find("HEALTHCHECK").partition("CMD ")[2])
    start = json.loads(find("ENTRYPOINT")) + json.loads(find("CMD"))
    for program, *arguments in (check, start):
        assert program == "inkdigits"
        command = cli.get_command(click.Context(cli), arguments[0])
        assert command is not None
        command.make_context(arguments[0], arguments[1:])  # fails for an unknown option


def test_it_listens_on_the_port_that_it_exposes() -> None:
    environment = read_environment()
    assert find("EXPOSE") == environment["INKDIGITS_PORT"]
    assert environment["INKDIGITS_HOST"] == "0.0.0.0"
    assert "INKDIGITS_INSECURE" not in environment
    assert "INKDIGITS_TOKEN" not in environment


def test_its_version_is_that_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    labels = dict(each.split("=", 1) for each in shlex.split(find("LABEL")))
    assert labels["org.opencontainers.image.version"] == version


def test_packages_are_installed_from_hashed_locks_only() -> None:
    installs = [shlex.split(each) for run in RUNS for each in run.split(" && ") if "pip install " in each]
    from_index = [words for words in installs if "--offline" not in words]
    assert (len(installs), len(from_index)) == (3, 2)
    for words in from_index:
        assert "--require-hashes" in words
        assert words[words.index("--only-binary") + 1] == ":all:"
        given = itertools.pairwise(words[words.index("install") :])
        assert not [word for option, word in given if word[0] != "-" and option not in OPTIONS_WITH_VALUE]
    assert all("--no-deps" in words for words in installs if words not in from_index)


def test_the_image_has_the_extras_of_the_service_and_of_all_formats_but_no_others() -> None:
    (install,) = (run for run in RUNS if "/opt/inkdigits/bin/python --only-binary" in run)
    after = install.partition("/opt/inkdigits/bin/python")[2]
    assert set(re.findall(r"-r requirements/(\w+)\.txt", after)) == {"serve", "pdf", "heic"}


@pytest.mark.parametrize("lock", ["serve", "pdf", "heic"])
def test_no_lock_of_the_image_has_tensorflow(lock: str) -> None:
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / f"{lock}.txt").read_text(), re.MULTILINE)
    assert "numpy" in names
    assert not {"tensorflow", "tensorflow-cpu", "keras", "onnx", "matplotlib", "jupyterlab"} & set(names)


def test_secrets_are_not_copied() -> None:
    assert any("type=secret,id=pip" in run and "type=secret,id=certificates" in run for run in RUNS)
    assert not any(re.search(r"\b(cp|cat|mv|tee|install -m)\b[^&]*/run/secrets", run) for run in RUNS)


def test_every_file_of_the_context_is_sent_to_the_build() -> None:
    ignored, *allowed = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert ignored == "*"
    names = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    copies = [
        shlex.split(value)[:-1] for word, value in INSTRUCTIONS if word == "COPY" and "--from" not in value
    ]
    sources = {source.partition("/")[0] for sources in copies for source in sources}
    assert sources == names
    for source in (source for sources in copies for source in sources):
        assert (ROOT / source).exists()


def test_the_base_is_replaceable() -> None:
    assert INSTRUCTIONS[:2] == [("ARG", "BASE=debian:trixie-slim"), ("FROM", "${BASE} AS python")]
