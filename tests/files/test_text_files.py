"""Text and JSON within limits, and files beyond each limit."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.files.limits import (
    MAX_JSON_BYTES,
    MAX_JSON_DEPTH,
    MAX_LINE_CHARACTERS,
    MAX_TEXT_BYTES,
    MAX_TEXT_LINES,
)
from inkdigits.files.text_files import LimitError, parse_json, read_bytes, read_json_file, read_lines


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_lines_are_those_of_an_open_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "text.txt"
    path.write_bytes(text.encode())
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert read_lines(path) == list(file)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_the_largest_numbers_of_lines_and_one_more(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "many.txt"
    path.write_bytes(end * MAX_TEXT_LINES)
    assert len(read_lines(path)) == MAX_TEXT_LINES
    path.write_bytes(end * (MAX_TEXT_LINES + 1))
    with pytest.raises(LimitError, match="more than 1,000,000 lines"):
        read_lines(path)


def test_too_long_lines_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("1\n" + "2" * MAX_LINE_CHARACTERS)
    assert len(read_lines(path)) == 2
    path.write_text("1\n" + "2" * (MAX_LINE_CHARACTERS + 1))
    with pytest.raises(LimitError, match="line 2 is longer than 100,000 characters"):
        read_lines(path)
    path.write_bytes(bytes(MAX_TEXT_BYTES + 1))
    with pytest.raises(LimitError, match=f"larger than {MAX_TEXT_BYTES:,} bytes"):
        read_lines(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        read_lines(path)


def test_an_endless_file_is_read_up_to_the_limit() -> None:
    with pytest.raises(LimitError, match="larger than 1,000 bytes"):
        read_bytes(Path("/dev/zero"), 1000)


@pytest.mark.parametrize(
    ("start", "end", "levels"),
    [("[", "]", MAX_JSON_DEPTH), ('{"a":', "}", MAX_JSON_DEPTH), ('[{"a":', "}]", MAX_JSON_DEPTH // 2)],
)
def test_nested_json(start: str, end: str, levels: int) -> None:
    parse_json(start * levels + "1" + end * levels)
    for n in (levels + 1, 100_000):
        with pytest.raises(LimitError, match="more than 50 levels"):
            parse_json(start * n + "1" + end * n)


def test_damaged_and_large_json_files(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{"ä": [1, 2]}')
    assert read_json_file(path) == {"ä": [1, 2]}
    for content in (b"", b"{", b"\xff", b"1" * 5000, b'"\xed\xa0\x80"'):
        path.write_bytes(content)
        with pytest.raises(ValueError):  # noqa: PT011 # several messages of Python
            read_json_file(path)
    path.write_bytes(b"[" + b"1," * (MAX_JSON_BYTES // 2) + b"1]")
    start = time.thread_time()
    with pytest.raises(LimitError, match="larger than"):
        read_json_file(path)
    assert time.thread_time() - start < 1
