"""Write the bill of materials (SBOM, CycloneDX) that the wheel contains, from the locks and the shipped files.

python tools/write_sbom.py            writes requirements/inkdigits.cdx.json
python tools/write_sbom.py --check    exits with 1 if that file is not up to date

It lists the packages of the extra `all` with their locked versions (the core as required, the others as optional), who
requires whom, and the shipped models, data and packages of npm with their SHA-256. The same input gives the same bytes:
there is no time stamp, and the serial number is derived from the content. The hashes of the packages are in the locks,
whose SHA-256 are properties of the document.
"""

import argparse
import json
import sys
import uuid
from collections.abc import Iterable
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from inkdigits.files.storage import sha256_of_file, write_text
from requirement_locks import FOLDER, PROJECT, ROOT, Pin, list_locks, read_lock, read_project

SBOM = FOLDER / "inkdigits.cdx.json"
PACKAGE = ROOT / "src" / "inkdigits"

EXTRAS = ("train", "report", "pdf", "heic", "openvino", "serve", "notebook")
"""The extras of which `all` consists."""

SHIPPED = {
    ComponentType.MACHINE_LEARNING_MODEL: "recognition/models/**/*.onnx",
    ComponentType.DATA: "training/synthetic/*.npz",
}
"""Shipped files that are neither code nor text, relative to the package."""

VENDORED = "service/v1/assets/*/package.json"
"""Descriptions of packages of npm of which the wheel contains files, with the SHA-256 of the files beside them."""

LICENCES = {
    "training/synthetic/pen_digits.npz": "CC-BY-4.0",  # UCI Machine Learning Repository, pen-based digits
}


def build_sbom(locks: dict[str, list[Pin]], project: dict[str, Any]) -> str:
    """Return the document as JSON.

    Parameters
    ----------
    locks
        The locks by name; ``core``, ``all`` and those of `EXTRAS` are used.
    project
        The content of ``pyproject.toml``.

    Raises
    ------
    ValueError
        If the document does not satisfy the schema of CycloneDX 1.6.
    """
    table = project["project"]
    root = Component(
        type=ComponentType.LIBRARY,
        name=table["name"],
        version=table["version"],
        bom_ref=PROJECT,
        purl=PackageURL("pypi", name=table["name"], version=table["version"]),
        description=table["description"],
        licenses=[DisjunctiveLicense(id=table["license"])],
        supplier=OrganizationalEntity(name=table["authors"][0]["name"]),
    )
    bom = Bom()
    bom.metadata.component = root
    bom.properties = [
        Property(name=f"inkdigits:sha256:requirements/{name}.txt", value=sha256_of_file(list_locks()[name]))
        for name in ("core", "all", *EXTRAS)
    ]
    packages = {pin: _describe_package(pin, locks) for pin in locks["all"]}
    for component in packages.values():
        bom.components.add(component)
    for pin, component in packages.items():
        required = [other for requirer, other in _list_requirements(packages) if requirer == pin.name]
        bom.register_dependency(component, required)
    files = [*_describe_files(table["license"]), *_describe_vendored()]
    for component in files:
        bom.components.add(component)
    direct = [component for requirer, component in _list_requirements(packages) if requirer == PROJECT]
    bom.register_dependency(root, [*direct, *files])
    return _to_json(bom)


def _describe_package(pin: Pin, locks: dict[str, list[Pin]]) -> Component:
    purl = PackageURL("pypi", name=pin.name, version=str(pin.version))
    is_core = any(pin.name == other.name for other in locks["core"])
    extras = [name for name in EXTRAS if any(pin.name == other.name for other in locks[name])]
    properties = [] if is_core else [Property(name="inkdigits:extra", value=name) for name in extras]
    if pin.marker:
        properties.append(Property(name="inkdigits:environment-marker", value=pin.marker))
    return Component(
        type=ComponentType.LIBRARY,
        name=pin.name,
        version=str(pin.version),
        bom_ref=str(purl),
        purl=purl,
        scope=ComponentScope.REQUIRED if is_core else ComponentScope.OPTIONAL,
        properties=properties,
    )


def _list_requirements(packages: dict[Pin, Component]) -> Iterable[tuple[str, Component]]:
    """Yield the name of a package, and a package that it requires."""
    return ((requirer, component) for pin, component in packages.items() for requirer in pin.required_by)


def _describe_files(licence: str) -> Iterable[Component]:
    for kind, pattern in SHIPPED.items():
        for path in sorted(PACKAGE.glob(pattern)):
            name = path.relative_to(PACKAGE).as_posix()
            yield Component(
                type=kind,
                name=name,
                bom_ref=f"{PROJECT}/{name}",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256_of_file(path))],
                licenses=[DisjunctiveLicense(id=LICENCES.get(name, licence))],
            )


def _describe_vendored() -> Iterable[Component]:
    for path in sorted(PACKAGE.glob(VENDORED)):
        package = json.loads(path.read_text("utf-8"))
        purl = PackageURL("npm", name=package["name"], version=package["version"])
        folder = path.parent.relative_to(PACKAGE).as_posix()
        sums = path.with_name("SHA256SUMS").read_text("utf-8").splitlines()
        files = (line.split("  ") for line in sums)
        yield Component(
            type=ComponentType.LIBRARY,
            name=package["name"],
            version=package["version"],
            bom_ref=str(purl),
            purl=purl,
            scope=ComponentScope.OPTIONAL,
            licenses=[DisjunctiveLicense(id=package["license"])],
            properties=[
                Property(name="inkdigits:extra", value="serve"),
                *(Property(name=f"inkdigits:sha256:{folder}/{name}", value=digest) for digest, name in files),
            ],
        )


def _to_json(bom: Bom) -> str:
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"], document["serialNumber"], document["$schema"]
    digest = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(document, sort_keys=True))
    text = json.dumps({**document, "serialNumber": f"urn:uuid:{digest}"}, indent=1, sort_keys=True) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the bill of materials does not satisfy the schema of CycloneDX 1.6: {error}")
    return text


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only")
    is_check = parser.parse_args(arguments).check
    text = build_sbom({name: read_lock(path) for name, path in list_locks().items()}, read_project())
    shown = SBOM.relative_to(ROOT)
    if not is_check:
        write_text(SBOM, text)
        print(f"wrote {shown}: {len(json.loads(text)['components'])} components")
    elif not SBOM.exists() or SBOM.read_text("utf-8") != text:
        print(f"{shown} is not up to date: run  make sbom", file=sys.stderr)
        return 1
    else:
        print(f"{shown} is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
