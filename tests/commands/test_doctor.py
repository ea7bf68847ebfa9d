"""``inkdigits doctor``: the exit status, both outputs, and what it costs."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from inkdigits.commands import main
from inkdigits.data.mnist_files import FILES

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(
    json.loads((ROOT / "docs" / "reference" / "diagnosis.schema.json").read_text("utf-8"))
)

HEAVY = {"tensorflow", "keras", "jax", "pandas", "sklearn", "matplotlib", "scipy", "onnx"}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", *arguments])
    return int(ended.value.code)


@pytest.fixture
def damaged_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache" / "mnist"
    cache.mkdir(parents=True)
    (cache / FILES[0].name).write_bytes(b"damaged")
    monkeypatch.setenv("INKDIGITS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INKDIGITS_DATA", raising=False)
    return cache


@pytest.mark.usefixtures("mnist")
def test_a_healthy_installation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("--runs", str(tmp_path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Packages"
    assert lines[-1] == "nothing is wrong"
    assert any("accurate" in line and "golden answers right" in line for line in lines)


@pytest.mark.usefixtures("mnist")
def test_the_json_form(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("--json", "--runs", str(tmp_path)) == 0
    content = json.loads(capsys.readouterr().out)
    assert list(content) == ["format", "ok", "findings"]
    assert (content["format"], content["ok"]) == (1, True)
    VALIDATOR.validate(content)
    assert {finding["state"] for finding in content["findings"]} <= {"right", "note"}


def test_the_schema_is_strict() -> None:
    wrong = {
        "topic": "Data",
        "name": "MNIST",
        "state": "wrong",
        "value": "damaged",
        "remedy": "",
        "facts": {},
    }
    content = {"format": 1, "ok": False, "findings": [wrong]}
    for changes in ({"remedy": ""}, {"remedy": "x", "state": "bad"}, {"remedy": "x", "topic": "Other"}):
        assert not VALIDATOR.is_valid({**content, "findings": [{**wrong, **changes}]})
    assert VALIDATOR.is_valid({**content, "findings": [{**wrong, "remedy": "delete it"}]})


@pytest.mark.usefixtures("damaged_cache")
def test_the_exit_status_is_1_if_something_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("--runs", str(tmp_path)) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "1 finding needs an action: data: MNIST"
    assert printed.err == ""
    assert run("--json", "--runs", str(tmp_path)) == 1
    content = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(content)
    assert content["ok"] is False
    (wrong,) = (each for each in content["findings"] if each["state"] == "wrong")
    assert "inkdigits data --download" in wrong["remedy"]


def test_runs_that_cannot_be_written_are_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run("--runs", str(tmp_path / "file" / "runs")) == 1
    assert "folders: runs" in capsys.readouterr().out.splitlines()[-1]


def test_it_needs_less_than_two_seconds_and_nothing_heavy() -> None:
    """Processor time is limited, not elapsed time: other tests run on the same cores."""
    code = (
        "import sys, json\n"
        "from inkdigits.commands import cli\n"
        "cli.main(['doctor', '--json'], standalone_mode=False)\n"
        "print(json.dumps([name for name in sys.modules if '.' not in name]), file=sys.stderr)\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert not set(json.loads(done.stderr.splitlines()[-1])) & HEAVY
    assert json.loads(done.stdout)["format"] == 1
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 2
