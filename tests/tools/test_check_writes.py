"""Writes that do not go through inkdigits.files.storage are found, and nothing else."""

from pathlib import Path

import pytest

import check_writes
from check_writes import find_writes


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')",
        "open(path, mode='ab')",
        "open(path, mode)",
        "path.open('x')",
        "path.open(mode='r+')",
        "io.open(path, 'wb')",
        "gzip.open(path, 'wt')",
        "zipfile.ZipFile(path, 'w')",
        "os.fdopen(handle, 'w')",
        "os.open(path, os.O_RDWR)",
        "path.write_text('a')",
        "path.write_bytes(b'a')",
        "path.touch()",
        "path.unlink()",
        "path.mkdir(parents=True)",
        "path.rename(other)",
        "path.replace(other)",
        "np.savez(path, a=a)",
        "network.save(path)",
        "figure.savefig(path)",
        "with other(path) as temporary:\n    network.save(temporary)",
        "def f():\n    with write_whole(path) as temporary:\n        pass\n    network.save(path)",
    ],
)
def test_a_write_is_found(line: str) -> None:
    assert len(find_writes(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "open(path)",
        "open(path, 'rb')",
        "path.open('rb')",
        "path.open(newline='', encoding='utf-8')",
        "archive.open('a.npy')",
        "gzip.open(path)",
        "os.open(os.devnull, os.O_WRONLY)",
        "text.replace('a', 'b')",
        "dataclasses.replace(card, name='a')",
        "time.replace(tzinfo=utc)",
        "write_json(path, content)",
        "with write_whole(path) as temporary, temporary.open('wb') as file:\n    np.savez(file, a=a)",
        "with storage.write_whole(path) as temporary:\n    network.save(temporary)",
        "with tempfile.TemporaryDirectory() as folder:\n    Path(folder, 'a').write_text('a')",
        "figure.savefig(buffer)  # writes: to memory",
    ],
)
def test_what_writes_nothing_or_may_write_is_not_found(line: str) -> None:
    assert find_writes(line) == []


def test_the_package_has_no_other_writes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_writes.main() == 0, capsys.readouterr().out


def test_the_line_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("import b\nb.save(1)\n")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "storage.py").write_text("b.save(1)\n")
    assert check_writes.run([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/a.py:2: expected a write through inkdigits.files.storage, but got b.save(1)"
    ]
