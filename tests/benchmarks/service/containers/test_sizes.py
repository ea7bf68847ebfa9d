"""The sizes of an image and of its parts."""

import os
from pathlib import Path

from benchmarks.service.containers.sizes import measure_parts, measure_size


def write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))


def test_a_file_with_two_names_counts_once_and_a_link_with_its_own_length(tmp_path: Path) -> None:
    write(tmp_path / "a/b", 1000)
    os.link(tmp_path / "a/b", tmp_path / "c")
    (tmp_path / "d").symlink_to("a/b")
    assert measure_size(tmp_path) == 1003


def test_the_parts_add_up_to_the_whole(tmp_path: Path) -> None:
    packages = tmp_path / "opt/inkdigits/lib/python3.13/site-packages"
    write(tmp_path / "usr/lib/libc.so", 5_000_000)
    write(packages / "cv2/cv2.so", 2_000_000)
    write(packages / "opencv_python_headless.libs/libav.so", 3_000_000)
    write(packages / "opencv_python_headless-5.0.dist-info/RECORD", 10)
    write(packages / "numpy/core.so", 1_500_000)
    write(packages / "six.py", 30)
    write(packages / "click/core.py", 70)
    write(tmp_path / "opt/inkdigits/bin/inkdigits", 200)
    parts = measure_parts(tmp_path)
    assert list(parts.items()) == [
        ("opencv", 5_000_010),
        ("system and Python", 5_000_000),
        ("numpy", 1_500_000),
        ("other packages", 300),
    ]
    assert sum(parts.values()) == measure_size(tmp_path)
