"""The list of the benchmarks has each program, its make target and its result file."""

import re

import pytest

from benchmarks.paths import RESULTS_FOLDER, ROOT

BENCHMARKS = ROOT / "benchmarks"
FOLDERS = sorted(path.parent.name for path in BENCHMARKS.glob("*/__init__.py"))
TEXT = (BENCHMARKS / "README.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)`.*\| (\S+) \| `([\w.-]+)` \|$", TEXT, re.MULTILINE)


def test_each_program_is_listed_once():
    programs = [path.stem for path in BENCHMARKS.glob("*/*.py") if path.name != "__init__.py"]
    assert sorted(name for name, _, _ in ROWS) == sorted(programs)


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_is_in_the_tree_with_its_modules(folder):
    (line,) = re.findall(rf"^{folder}/ .*", TEXT, re.MULTILINE)
    modules = {path.parent.name for path in BENCHMARKS.glob(f"{folder}/*/__init__.py")}
    assert set(re.findall(r"(\w+)/", line)) - {folder} == modules


def test_the_files_directly_in_a_folder_are_programs():
    for path in BENCHMARKS.glob("*/*.py"):
        assert path.name == "__init__.py" or '\nif __name__ == "__main__":\n' in path.read_text("utf-8"), path


@pytest.mark.parametrize(("program", "target", "result"), ROWS)
def test_make_target_and_result_of_a_program_are_there(program, target, result):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (path,) = BENCHMARKS.glob(f"*/{program}.py")
    assert (RESULTS_FOLDER / result).is_file()
    if target != "–":
        recipe = re.search(rf"^{target.strip('`')}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
        assert recipe is not None
        assert f"python -m benchmarks.{path.parent.name}.{program}" in recipe[1]
    else:
        assert f"benchmarks.{path.parent.name}.{program}" not in makefile
