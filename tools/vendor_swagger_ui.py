"""Take the files of Swagger UI, which shows the page ``/docs``, from its npm package into the source.

python tools/vendor_swagger_ui.py       needs npm and its registry

For another version, change `VERSION` and `INTEGRITY`; ``npm view swagger-ui-dist dist.integrity`` prints the latter.
The page then has to be looked at: ``tests/service/v1/test_documentation_in_browser.py`` opens it.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from inkdigits.files.storage import write_bytes, write_text

PACKAGE = "swagger-ui-dist"
VERSION = "5.35.0"
INTEGRITY = "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
"""Digest of the package in the registry."""

FOLDER = Path(__file__).parents[1] / "src" / "inkdigits" / "service" / "v1" / "assets" / "swagger-ui"

FILES = (
    "LICENSE",
    "NOTICE",
    "package.json",
    "swagger-ui-bundle.js",
    "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui.css",
)
"""What the page loads, and the licences. The other files are for other pages and for debugging."""


def extract(archive: Path, integrity: str, folder: Path) -> None:
    """Extract the files of a package, and write their SHA-256 beside them.

    Parameters
    ----------
    archive
        The package, as ``npm pack`` downloads it.
    integrity
        Its digest: ``sha512-`` and base64.
    folder
        The folder for the files.

    Raises
    ------
    ValueError
        If the package has another digest, or lacks a file.
    """
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != integrity:
        raise ValueError(f"expected the integrity {integrity}, but {archive.name} has {digest}")
    contents = {}
    with tarfile.open(archive) as package:
        for name in FILES:
            try:
                file = package.extractfile(f"package/{name}")
            except KeyError as error:
                raise ValueError(f"expected the file {name}, but {archive.name} has none") from error
            assert file is not None
            contents[name] = file.read()
    for name, content in contents.items():
        write_bytes(folder / name, content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()]
    write_text(folder / "SHA256SUMS", "".join(lines))


def main() -> int:
    """Download the package, and extract it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        name = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()
        try:
            extract(Path(folder, name), INTEGRITY, FOLDER)
        except ValueError as error:
            print(f"vendor_swagger_ui: {error}", file=sys.stderr)
            return 1
    print(f"wrote {len(FILES)} files of {PACKAGE} {VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
