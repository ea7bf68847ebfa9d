"""The public names, and what they cost: the light path loads nothing heavy, in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import inkdigits

PUBLIC = {
    "KNOWN_LABEL_ERRORS",
    "RECIPES",
    "Digit",
    "Evaluation",
    "InkdigitsError",
    "LabelledImages",
    "LabelledPictures",
    "Limits",
    "Mnist",
    "Number",
    "OnnxRecogniser",
    "Pool",
    "Reader",
    "Reading",
    "Recipe",
    "Recogniser",
    "Scores",
    "TrainedRun",
    "as_digit_images",
    "evaluate",
    "load_labelled",
    "load_mnist",
    "load_recogniser",
    "read",
    "shipped_models",
    "train",
    "write_report",
}

HEAVY = {
    "tensorflow",
    "keras",
    "jax",
    "torch",
    "pandas",
    "sklearn",
    "matplotlib",
    "seaborn",
    "scipy",
    "onnx",
    "tf2onnx",
    "openvino",
    "jinja2",
    "typst",
}
"""Packages that only training and reporting may load."""

PACKAGES_OF_READING = {"numpy", "cv2", "PIL", "onnxruntime"}


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a fresh Python has loaded once it has run ``code``."""
    tell = "import json, sys; print('\\n' + json.dumps([n for n in sys.modules if '.' not in n]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def command(*arguments: str) -> str:
    """Return code that runs the command and expects it to succeed."""
    return (
        "from inkdigits.commands import main\n"
        f"try:\n    main({list(arguments)!r})\n"
        "except SystemExit as done:\n    assert done.code == 0, done.code"
    )


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pixels = np.full((90, 70), 240, np.uint8)
    pixels[15:75, 30:38] = 20
    path = tmp_path_factory.mktemp("pictures") / "one.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three ones, each in a printed box of its own."""
    pixels = np.full((120, 300), 240, np.uint8)
    for left in (30, 110, 190):
        cv2.rectangle(pixels, (left, 20), (left + 80, 100), 90, 2)
        pixels[34:88, left + 37 : left + 43] = 20
    path = tmp_path_factory.mktemp("forms") / "ones.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    np.savez(path, images=images, labels=np.ones(20, np.int64))
    return path


def test_the_public_names_are_these() -> None:
    assert set(inkdigits.__all__) == PUBLIC
    assert set(dir(inkdigits)) == {*PUBLIC, "__version__"}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(inkdigits, name) is not None


def test_an_unknown_name_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="'inkdigits' has no attribute 'reed'"):
        inkdigits.__getattr__("reed")


def test_importing_inkdigits_loads_no_package_at_all() -> None:
    assert loaded_by("import inkdigits") - loaded_by("import importlib, typing") == {"inkdigits"}


def test_the_command_itself_loads_click_and_nothing_that_reads() -> None:
    assert not loaded_by("import inkdigits.commands") & (HEAVY | PACKAGES_OF_READING)


def test_the_control_sees_what_is_heavy() -> None:
    """The tests below prove something only if a heavy package would show."""
    assert "pandas" in loaded_by("import pandas")


def test_reading_loads_nothing_heavy(picture: Path) -> None:
    code = f"import inkdigits; assert inkdigits.read({str(picture)!r}).text == '1'"
    loaded = loaded_by(code)
    assert not loaded & HEAVY
    assert loaded >= PACKAGES_OF_READING


def test_evaluating_loads_nothing_heavy(digits: Path) -> None:
    code = (
        "import inkdigits\n"
        "model = inkdigits.load_recogniser('classic')\n"
        f"data = inkdigits.as_digit_images(inkdigits.load_labelled({str(digits)!r}))\n"
        "inkdigits.evaluate(model, data, model_name='classic').classification_report()"
    )
    assert not loaded_by(code) & HEAVY


@pytest.mark.parametrize("name", ["data", "models", "evaluate", "read", "page"])
def test_the_light_commands_load_nothing_heavy(
    name: str, picture: Path, digits: Path, tmp_path: Path
) -> None:
    arguments = {
        "data": [],
        "models": [],
        "evaluate": ["--data", str(digits), "--json"],
        "read": [str(picture)],
        "page": ["--static", str(tmp_path / "page")],
    }[name]
    assert not loaded_by(command(name, *arguments)) & HEAVY


@pytest.mark.parametrize("name", ["train", "sweep", "report", "export"])
def test_the_help_of_the_heavy_commands_loads_nothing_heavy(name: str) -> None:
    assert not loaded_by(command(name, "--help")) & HEAVY


@pytest.mark.parametrize("arguments", [("--help",), ("read", "--help"), ("--version",)])
def test_the_help_loads_nothing_that_reads_or_trains(arguments: tuple[str, ...]) -> None:
    assert not loaded_by(command(*arguments)) & (HEAVY | PACKAGES_OF_READING)


@pytest.mark.parametrize("layout", ["auto", "digit", "line", "boxes", "page"])
def test_every_way_of_reading_loads_nothing_heavy(layout: str, form: Path, tmp_path: Path) -> None:
    """A module that only one layout needs, or the list, or the drawing, must be as light as the rest."""
    roster = tmp_path / "valid.txt"
    roster.write_text("111\n112\n")
    shown = tmp_path / "seen.png"
    loaded = loaded_by(
        command("read", "--layout", layout, "--roster", str(roster), "--show", str(shown), str(form))
    )
    assert shown.exists()
    assert not loaded & HEAVY
