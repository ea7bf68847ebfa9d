"""Install every lock with its hashes into a new environment, as the documents say, and run inkdigits there.

python tools/try_locks.py              all extras, and the core
python tools/try_locks.py pdf heic     some of them

Only wheels are accepted: a source distribution would run code that no hash covers (its build requirements).
"""

import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from build_wheel import build_twice
from requirement_locks import ROOT, list_locks

MODULES = {
    "core": ("numpy", "PIL", "cv2", "onnxruntime"),
    "train": ("tensorflow", "keras", "onnx", "tf2onnx", "tensorboard"),
    "report": ("matplotlib", "seaborn", "pandas", "sklearn", "jinja2", "typst"),
    "pdf": ("pypdfium2",),
    "heic": ("pillow_heif",),
    "openvino": ("openvino",),
    "notebook": ("ipykernel", "jupyterlab", "nbclient", "keras", "matplotlib"),
    "all": ("keras", "matplotlib", "pypdfium2", "pillow_heif", "openvino", "jupyterlab"),
    "benchmarks": ("nncf", "openvino", "keras"),
    "dev": ("pytest", "hypothesis", "mkdocs", "jax"),
}
"""Modules that each lock must provide."""


def run(*words: object) -> str:
    """Run a program; return what it printed, and exit with its error if it fails."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def try_lock(name: str, wheel: Path, folder: Path) -> str:
    """Install a lock and the wheel into ``folder``; return a line on the result."""
    start = time.perf_counter()
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
    run(*pip, "--only-binary", ":all:", "--require-hashes", "--requirement", list_locks()[name])
    run(*pip, "--no-deps", wheel)
    run(python, "-m", "pip", "--disable-pip-version-check", "check")
    run(python, "-c", f"import {', '.join(MODULES[name])}")
    read = run(python, "-m", "inkdigits", "read", ROOT / "samples" / "seven.png").strip()
    if read != "7":
        raise SystemExit(f"{name}: expected to read 7, but got {read!r}")
    listed = run(python, "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze")
    n_packages = len(listed.split())
    seconds = time.perf_counter() - start
    return f"{name:<12} {n_packages:>4} packages, pip check and a reading are right, {seconds:.0f} s"


def main() -> None:
    """Try the locks given as arguments, or all except ``build`` and ``development``."""
    names = sys.argv[1:] or list(MODULES)
    with tempfile.TemporaryDirectory(prefix="inkdigits-") as scratch:
        (wheel,) = (path for path in build_twice(ROOT, Path(scratch) / "dist") if path.suffix == ".whl")
        for name in names:
            with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=scratch) as folder:
                print(try_lock(name, wheel, Path(folder) / "venv"), flush=True)


if __name__ == "__main__":
    main()
