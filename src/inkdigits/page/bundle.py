"""Join the modules of the page in one classic script, which also runs in a page that is opened as a file.

Browsers load modules only from a server. The script keeps the text of the modules, with their comments; only their
imports and exports are rewritten. The forms of these that the page uses are known, others are refused.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath

REGISTRY = "inkdigits"
"""Name of the object with the exports of all modules, by their path; for tests, and for those who look inside."""

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT_ALL = re.compile(r'^export \* from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport\.meta\b|^await\b.*", re.MULTILINE)
"""What a classic script cannot contain; types in comments refer to modules by ``import(...)``, too."""


def bundle_modules(modules: Mapping[str, str], start: str) -> str:
    """Return a script that does what a module does, with all that it imports.

    Parameters
    ----------
    modules
        Sources by path, such as ``readers/local.js``.
    start
        Path of the module that is run.

    Returns
    -------
    str
        The script. Each module is a function that is called once, after those that it imports.

    Raises
    ------
    ValueError
        If an import leads to no module, modules import each other, or one has another form of import or export.
    """
    parts = [
        '"use strict";',
        f"// The modules of the page in one script. `{REGISTRY}` has what each of them exports.",
        f"const {REGISTRY} = {{}};",
    ]
    for path in _order(modules, start):
        parts.append(_wrap(path, modules[path]))
    return "\n".join(parts) + "\n"


def _order(modules: Mapping[str, str], start: str) -> list[str]:
    """Return the paths of a module and all that it imports, each after those that it imports."""
    ordered: list[str] = []
    begun: list[str] = []

    def visit(path: str) -> None:
        if path in ordered:
            return
        if path in begun:
            raise ValueError(f"expected modules in an order, but these import each other: {[*begun, path]}")
        if path not in modules:
            raise ValueError(f"expected the module {path}, which {begun[-1:]} imports, but there is none")
        begun.append(path)
        for target in find_imports(path, modules[path]):
            visit(target)
        ordered.append(begun.pop())

    visit(start)
    return ordered


def find_imports(path: str, source: str) -> list[str]:
    """Return the paths of the modules that a module imports, in their order."""
    found = [(match.start(), match[2]) for match in _IMPORT.finditer(source)]
    found += [(match.start(), match[1]) for match in _EXPORT_ALL.finditer(source)]
    return [_resolve(path, target) for _, target in sorted(found)]


def _wrap(path: str, source: str) -> str:
    """Return the assignment of a module's exports."""
    passed_on = [f"...{REGISTRY}[{_quote(_resolve(path, target))}]" for target in _EXPORT_ALL.findall(source)]
    exported = [*passed_on, *_EXPORT.findall(source)]
    body = _IMPORT.sub(
        lambda match: (
            f"const {match[1].replace(' as ', ': ')} = {REGISTRY}[{_quote(_resolve(path, match[2]))}];"
        ),
        _EXPORT.sub("", _EXPORT_ALL.sub("", source)),
    )
    if other := _OTHER.search(body):
        raise ValueError(f"expected another form of import or export in {path}, but got {other[0]:.80}")
    return f"\n{REGISTRY}[{_quote(path)}] = (() => {{\n{body.strip()}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _resolve(path: str, target: str) -> str:
    return normpath(join(dirname(path), target))


def _quote(path: str) -> str:
    return f'"{path}"'
