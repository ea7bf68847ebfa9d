import pytest

from inkdigits.reporting import formatting


def test_shares_and_intervals() -> None:
    assert formatting.percent(0.9924) == "99.24%"
    assert formatting.interval((0.9905, 0.9939)) == "99.05% to 99.39%"
    assert formatting.short_interval((0.9905, 0.9939)) == "99.05–99.39%"


@pytest.mark.parametrize(
    ("n", "text"), [(0, "no mistakes"), (1, "1 mistake"), (2, "2 mistakes"), (1234, "1,234 mistakes")]
)
def test_counts_agree_with_their_noun(n: int, text: str) -> None:
    assert formatting.count(n, "mistake") == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_a_sentence(items: list[str], text: str) -> None:
    assert formatting.listed(items) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5.44, "5.4 seconds"), (119.9, "119.9 seconds"), (170, "2 min 50 s"), (7384, "2 h 3 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert formatting.duration(seconds) == text


def test_days() -> None:
    assert formatting.day("2025-03-01T23:59:00+00:00") == "1 March 2025"
    assert formatting.day("some day") == "some day"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (0.001, "0.001"),
        (128, "128"),
        ((3, 3), "3, 3"),
        ({"shift": 2, "zoom": 0.1}, "shift: 2, zoom: 0.1"),
        ({}, "none"),
        ("adam", "adam"),
    ],
)
def test_settings(value: object, text: str) -> None:
    assert formatting.setting(value) == text


def test_data_names() -> None:
    assert formatting.data_name("mnist-train") == "MNIST"
    assert formatting.data_name("my digits") == "my digits"
