import inspect
from dataclasses import fields

import pytest

from inkdigits.errors import UsageError
from inkdigits.service.settings import Settings


def test_defaults_are_for_one_machine():
    settings = Settings()
    assert (settings.host, settings.token, settings.is_insecure) == ("127.0.0.1", None, False)
    assert settings.picture_seconds < settings.deadline_seconds


@pytest.mark.parametrize(
    "values",
    [
        {"port": -1},
        {"port": 65536},
        {"n_workers": 0},
        {"picture_seconds": 0.0},
        {"picture_seconds": float("nan")},
        {"picture_seconds": 31.0},
        {"deadline_seconds": 10.0},
        {"deadline_seconds": -1.0},
        {"max_connections": 0},
        {"max_body_bytes": 0},
        {"stop_delay_seconds": -0.1},
        {"drain_seconds": float("inf")},
        {"worker_memory_bytes": 1000},
        {"token": "short"},
        {"token": "has spaces in it, and is long"},
        {"token": "sixteen-characters-é"},
        {"token": ""},
    ],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(UsageError, match="expected"):
        Settings(**values)


def test_token_is_not_shown():
    assert "correct-horse" not in repr(Settings(token="correct-horse-battery"))


def test_each_field_is_documented():
    for field in fields(Settings):
        assert f"\n{field.name}\n    " in inspect.getdoc(Settings)
