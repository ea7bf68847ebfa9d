import pytest

from inkdigits.errors import UsageError
from inkdigits.recognition.numbers.constraints import parse_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("7", (7,)),
        ("0,5", (0, 5)),
        ("1-9", tuple(range(1, 10))),
        ("321", (1, 2, 3)),
        ("5,3-4,4", (3, 4, 5)),
        ("2-2", (2,)),
    ],
)
def test_digits_are_sorted_and_each_is_there_once(text: str, digits: tuple[int, ...]) -> None:
    assert parse_digits(text) == digits


@pytest.mark.parametrize(
    "text", ["", ",", "1,", "-", "-3", "1-", "9-1", "12-3", "1-23", "1-2-3", "a", "٣", "²", "1 2", " 1", "１"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^expected digits such as 1-9 or 0,5, but got '"):
        parse_digits(text)
