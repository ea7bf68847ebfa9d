"""Check that everything in src that writes goes through inkdigits.files.storage, where it is synchronised and whole.

python tools/check_writes.py     prints each other write, and exits with 1 if there is one

Ruff refuses the functions of modules (``banned-api`` in pyproject.toml). This program finds what needs the arguments or
the context: modes of ``open``, methods of paths, and the savers of other libraries. They are allowed within

    with write_whole(path) as temporary:
    with tempfile.TemporaryDirectory() as folder:

and in a line with a comment ``# writes: REASON``, for example to memory.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "inkdigits"

EXEMPT = frozenset({"files/storage.py", "files/locks.py"})
"""The modules that write themselves."""

CONTEXTS = frozenset({"write_whole", "TemporaryDirectory"})

_OF_PATHS = (
    "write_text", "write_bytes", "touch", "mkdir", "rmdir", "unlink", "rename", "symlink_to", "hardlink_to", "chmod",
)  # fmt: skip
_OF_LIBRARIES = (
    "save", "savez", "savez_compressed", "savetxt", "savefig", "save_weights", "export", "tofile", "to_csv", "imwrite",
    "extractall",
)  # fmt: skip
METHODS = frozenset(_OF_PATHS + _OF_LIBRARIES)
"""Methods and functions that write, whatever their object is."""

_MODE = re.compile(r"[rwaxbtU+]{1,4}")
_REASON = re.compile(r"#\s*writes: \S")


def find_writes(source: str) -> list[tuple[int, str]]:
    """Return the writes in the text of a module, as line number and call.

    Parameters
    ----------
    source
        The text of the module.
    """
    lines = source.splitlines()
    found = []
    for call in _calls(ast.parse(source)):
        if _writes(call) and not any(
            _REASON.search(line) for line in lines[call.lineno - 1 : call.end_lineno or call.lineno]
        ):
            found.append((call.lineno, ast.unparse(call)))
    return found


def main(folder: Path = SOURCE) -> int:
    """Print the writes in the modules of a folder; return the exit status."""
    problems = [
        f"{path}:{line}: expected a write through inkdigits.files.storage, but got {call[:80]}"
        for path in sorted(folder.rglob("*.py"))
        if path.relative_to(folder).as_posix() not in EXEMPT
        for line, call in find_writes(path.read_text("utf-8"))
    ]
    print("\n".join(problems) or "All writes go through inkdigits.files.storage.")
    return 1 if problems else 0


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls outside of the contexts in which other libraries may write."""
    if isinstance(node, ast.With | ast.AsyncWith) and any(
        isinstance(item.context_expr, ast.Call) and _name(item.context_expr) in CONTEXTS
        for item in node.items
    ):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _name(call: ast.Call) -> str:
    """Return the last part of the name of the called function."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _writes(call: ast.Call) -> bool:
    name = _name(call)
    if name in METHODS:
        return isinstance(call.func, ast.Attribute)  # write_bytes(...) is that of inkdigits.files.storage
    if name == "replace":
        # That of a text has two arguments, that of a record or a time has keywords.
        return isinstance(call.func, ast.Attribute) and len(call.args) == 1 and not call.keywords
    if name in ("open", "fdopen", "ZipFile", "TarFile", "GzipFile", "FileIO"):
        return _opens_for_writing(call)
    return False


def _opens_for_writing(call: ast.Call) -> bool:
    if ast.unparse(call.func) == "os.open":
        return ast.unparse(call.args[0]) != "os.devnull"
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    is_function = isinstance(call.func, ast.Name) or ast.unparse(call.func) == "io.open"
    modes += call.args[1:2] if is_function or _name(call) != "open" else call.args[:2]
    return any(_may_write(mode, is_function) for mode in modes)


def _may_write(mode: ast.expr, is_mode: bool) -> bool:
    """Return whether an argument is a mode that writes; a mode that is not a constant may be one."""
    if not isinstance(mode, ast.Constant):
        return is_mode
    text = str(mode.value)
    return bool(_MODE.fullmatch(text)) and bool(set(text) & set("wax+"))


def run(arguments: Sequence[str]) -> int:
    """Check the given folder, or src."""
    return main(Path(arguments[0])) if arguments else main()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
