"""Files are taken only from the package with the right digest."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

import vendor_swagger_ui


def make_package(folder: Path, files: dict[str, bytes]) -> tuple[Path, str]:
    """Make a package as npm does; return its path and its integrity."""
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path, "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def files() -> dict[str, bytes]:
    return {name: name.encode() for name in vendor_swagger_ui.FILES}


def test_only_the_named_files_are_taken(files: dict[str, bytes], tmp_path: Path) -> None:
    path, integrity = make_package(tmp_path, {**files, "index.html": b"", "../escape": b""})
    folder = tmp_path / "out"
    folder.mkdir()
    vendor_swagger_ui.extract(path, integrity, folder)
    sums = (folder / "SHA256SUMS").read_text()
    assert sums.count("\n") == len(files)
    for name, content in files.items():
        assert (folder / name).read_bytes() == content
        assert f"{hashlib.sha256(content).hexdigest()}  {name}\n" in sums
    assert len(list(folder.iterdir())) == len(files) + 1


def test_another_package_is_refused_and_writes_nothing(files: dict[str, bytes], tmp_path: Path) -> None:
    path, _ = make_package(tmp_path, files)
    with pytest.raises(ValueError, match="expected the integrity sha512-U06rpMtW9V3XPGOBeamT"):
        vendor_swagger_ui.extract(path, vendor_swagger_ui.INTEGRITY, tmp_path / "out")
    del files["LICENSE"]
    with pytest.raises(ValueError, match="expected the file LICENSE"):
        vendor_swagger_ui.extract(*make_package(tmp_path, files), tmp_path / "out")
    assert not (tmp_path / "out").exists()
