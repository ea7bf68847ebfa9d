"""The commands ``report`` and ``models``, each in a process or a runner of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from inkdigits.commands.models import command as models


@pytest.mark.slow
def test_report_of_no_run_is_one_line_and_status_1(tmp_path: Path) -> None:
    code = f"from inkdigits.commands import main; main(['report', {str(tmp_path / 'none')!r}])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "the folder does not exist" in result.stderr


def test_models_lists_every_shipped_model_with_its_card() -> None:
    from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

    text = CliRunner().invoke(models, catch_exceptions=False).output
    cards = json.loads(CliRunner().invoke(models, ["--json"], catch_exceptions=False).output)
    assert list(cards) == list(shipped_models())
    for name in shipped_models():
        card = load_recogniser(name).card
        assert cards[name]["parameters"] == card.parameters
        assert f"{card.evaluation['accuracy']:.2%}" in text


def test_models_says_so_when_none_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inkdigits.recognition.engines.registry.shipped_models", dict)
    result = CliRunner().invoke(models, catch_exceptions=False)
    assert result.exit_code == 0
    assert "no models are shipped with this installation" in result.stderr
    assert result.stdout == ""


def test_models_imports_nothing_heavy() -> None:
    code = (
        "import sys; from inkdigits.commands import main\n"
        "try: main(['models'])\n"
        "except SystemExit: pass\n"
        "heavy = ('matplotlib', 'pandas', 'tensorflow', 'keras', 'sklearn', 'jinja2')\n"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.splitlines()[-1] == "[]"
