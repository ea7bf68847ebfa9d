"""The wheel alone, in a clean environment without TensorFlow, reads a digit."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("packaging")  # one worker builds and installs the wheel

ROOT = Path(__file__).parents[1]
HEAVY = {"tensorflow", "keras", "pandas", "scikit_learn", "matplotlib", "scipy", "onnx"}


def call(*words: object, **options: object) -> str:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=280, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it: twice, under other conditions, with equal bytes."""
    folder = tmp_path_factory.mktemp("dist")
    assert "two builds are equal" in call(sys.executable, ROOT / "tools" / "build_wheel.py", folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the locked core and the wheel; its folder of programs."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call(*pip, "--no-compile", "--require-hashes", "--requirement", ROOT / "requirements" / "core.txt")
    call(*pip, "--no-compile", "--no-deps", wheel)
    return programs


def test_the_wheel_is_small_and_holds_what_it_needs(wheel: Path) -> None:
    assert wheel.stat().st_size < 8_500_000  # models 5.6 MB, digits and glyphs 1.3 MB, Swagger UI 0.5 MB
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert wheel.name.endswith("-py3-none-any.whl")
    for name in (
        "inkdigits/py.typed",
        "inkdigits/recognition/models/classic.onnx",
        "inkdigits/reporting/templates/report.html.j2",
        "inkdigits/reporting/templates/report.typ",
        "inkdigits/service/v1/assets/index.html",
        "inkdigits/service/v1/assets/swagger-ui/LICENSE",
        "inkdigits/service/v1/assets/swagger-ui/swagger-ui-bundle.js",
    ):
        assert name in names
    (licence,) = (name for name in names if name.endswith("licenses/LICENSE"))
    packages = {name.partition("/")[0] for name in names}
    assert packages == {"inkdigits", licence.partition("/")[0]}


def test_it_holds_every_file_of_the_sources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("inkdigits/")}
    tracked = call("git", "ls-files", "src/inkdigits", cwd=ROOT).split()
    assert {name.removeprefix("src/") for name in tracked if (ROOT / name).exists()} <= held


def test_it_holds_its_bill_of_materials(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if ".dist-info/sboms/" in name)
        assert archive.read(name) == (ROOT / "requirements" / "inkdigits.cdx.json").read_bytes()


@pytest.mark.slow
def test_nothing_heavy_is_installed_with_it(environment: Path) -> None:
    listed = call(
        environment / "python", "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze"
    )
    installed = {line.partition("==")[0].lower().replace("-", "_") for line in listed.split()}
    assert {"inkdigits", "numpy", "onnxruntime"} <= installed
    assert not installed & {*HEAVY, "tensorflow_cpu"}
    call(environment / "python", "-m", "pip", "--disable-pip-version-check", "check")


@pytest.mark.slow
def test_it_reads_a_digit(environment: Path, tmp_path: Path) -> None:
    sample = ROOT / "samples" / "seven.png"
    assert call(environment / "inkdigits", "read", sample, cwd=tmp_path) == "7\n"
    told = "import inkdigits; print(inkdigits.__file__, inkdigits.read(input()).text)"
    said = call(environment / "python", "-I", "-c", told, cwd=tmp_path, input=f"{sample}\n").split()
    assert Path(said[0]).is_relative_to(environment.parent)
    assert said[1] == "7"


@pytest.mark.slow
def test_its_models_say_what_they_are(environment: Path, tmp_path: Path) -> None:
    assert "34,826" in call(environment / "inkdigits", "models", cwd=tmp_path)
