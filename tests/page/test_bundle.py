"""One script of several modules: their order, imports and exports; what else is refused."""

import pytest

from inkdigits.page.bundle import bundle_modules, find_imports

MODULES = {
    "main.js": 'import { a, b as c } from "./parts/first.js";\nimport {\n  D,\n} from "./reader.js";\nlog(a, c, D);\n',
    "parts/first.js": 'import { D } from "../second.js";\nexport const a = 1;\nexport async function b() {}\n',
    "second.js": "// import nothing\nexport class D {}\nconst hidden = 2;\n",
    "reader.js": 'export * from "./second.js";\n',
    "unused.js": "export const unused = 0;\n",
}


def test_each_module_comes_once_after_those_that_it_imports() -> None:
    script = bundle_modules(MODULES, "main.js")
    places = [
        script.index(f'inkdigits["{name}"] = (() => {{')
        for name in ("second.js", "parts/first.js", "reader.js", "main.js")
    ]
    assert places == sorted(places)
    assert script.count("class D") == 1
    assert "unused" not in script
    assert script.startswith('"use strict";')


def test_imports_and_exports_are_rewritten() -> None:
    script = bundle_modules(MODULES, "main.js")
    assert 'const { a, b: c } = inkdigits["parts/first.js"];' in script
    assert 'const {\n  D,\n} = inkdigits["reader.js"];' in script
    assert (
        'const { D } = inkdigits["second.js"];\nconst a = 1;\nasync function b() {}\nreturn { a, b };'
        in script
    )
    assert 'return { ...inkdigits["second.js"] };' in script
    assert "// import nothing\nclass D {}\nconst hidden = 2;\nreturn { D };" in script


def test_imports_are_found_in_their_order() -> None:
    assert find_imports("main.js", MODULES["main.js"]) == ["parts/first.js", "reader.js"]
    assert find_imports("a/b.js", 'export * from "../c.js";\nimport { d } from "./d.js";\n') == [
        "c.js",
        "a/d.js",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'import name from "./second.js";',
        'import "./second.js";',
        "export default 1;",
        "export { hidden };",
        "const address = import.meta.url;",
        "await Promise.resolve();",
    ],
)
def test_other_forms_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"another form of import or export in main\.js"):
        bundle_modules({"main.js": line, "second.js": ""}, "main.js")


def test_missing_modules_and_circles_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected the module gone\.js, which \['main\.js'\] imports"):
        bundle_modules({"main.js": 'import { a } from "./gone.js";'}, "main.js")
    circle = {"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";'}
    with pytest.raises(ValueError, match=r"import each other: \['a\.js', 'b\.js', 'a\.js'\]"):
        bundle_modules(circle, "a.js")
