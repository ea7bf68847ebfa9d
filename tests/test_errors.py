"""Messages of errors: one line of printable characters, whatever a file contains."""

import pickle

import pytest

from inkdigits.errors import DataError, InkdigitsError, MissingExtraError, PictureError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.png is damaged", "a.png is damaged"),
        ("Zahl „sieben“ · 七", "Zahl „sieben“ · 七"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("name\udcff", "name\\udcff"),
        ("\u2028\u202e", "\\u2028\\u202e"),
    ],
)
def test_characters_that_are_not_printable_are_escaped(text: str, expected: str) -> None:
    assert str(DataError(text)) == expected
    assert str(PictureError(text)).encode()


def test_a_message_is_escaped_once() -> None:
    error = DataError("a\\n\nb")
    assert str(pickle.loads(pickle.dumps(error))) == str(DataError(str(error))) == "a\\n\\nb"


def test_other_classes_escape_too() -> None:
    assert isinstance(error := MissingExtraError("the file a\nb", "pdf", "pypdfium2"), InkdigitsError)
    assert str(error).startswith("the file a\\nb needs the package pypdfium2")
