from dataclasses import fields
from pathlib import Path

import click
import pytest

from inkdigits.commands.arguments.serving import add_setting_options, make_settings
from inkdigits.errors import UsageError
from inkdigits.service.settings import Settings


@click.command()
@add_setting_options
def command(token_file, **values):
    return make_settings(values, token_file)


def parse(*arguments):
    return command.main(list(arguments), standalone_mode=False)


def test_defaults_are_those_of_the_settings():
    assert parse() == Settings()


def test_each_setting_has_an_option_and_a_variable():
    options = {option.name: option for option in command.params}
    options["token"] = options.pop("token_file")
    assert set(options) == {field.name for field in fields(Settings)}
    for option in options.values():
        assert isinstance(option, click.Option)
        (name,) = option.opts
        assert option.envvar == "INKDIGITS_" + name.removeprefix("--").replace("-", "_").upper()
        assert option.show_envvar
        assert option.help


def test_options_set_their_fields(tmp_path):
    token = tmp_path / "token"
    token.write_text("correct-horse-battery\n")
    settings = parse(
        *("--port", "0", "--insecure", "--allowed-host", "a.example", "--allowed-host", "b.example"),
        *(
            "--roster",
            "pupils=pupils.csv",
            "--deadline",
            "40",
            "--picture-timeout",
            "35",
            "--max-body",
            "1000",
        ),
        *("--log-format", "text", "--token-file", str(token)),
    )
    assert settings.port == 0
    assert settings.is_insecure
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.rosters == (("pupils", Path("pupils.csv")),)
    assert (settings.deadline_seconds, settings.picture_seconds) == (40.0, 35.0)
    assert settings.max_body_bytes == 1000
    assert settings.log_format == "text"
    assert settings.token == "correct-horse-battery"


def test_environment_sets_them_too(monkeypatch):
    monkeypatch.setenv("INKDIGITS_PORT", "8123")
    monkeypatch.setenv("INKDIGITS_INSECURE", "1")
    monkeypatch.setenv("INKDIGITS_ALLOWED_HOST", "a.example b.example")
    monkeypatch.setenv("INKDIGITS_ROSTER", "one=1.csv two=2.csv")
    settings = parse()
    assert (settings.port, settings.is_insecure) == (8123, True)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.rosters == (("one", Path("1.csv")), ("two", Path("2.csv")))
    assert parse("--port", "8124").port == 8124


def test_message_names_the_option():
    with pytest.raises(UsageError, match="expected --picture-timeout of at most --deadline"):
        parse("--picture-timeout", "31")
    with pytest.raises(UsageError, match="expected --workers above 0, but got 0"):
        parse("--workers", "0")


@pytest.mark.parametrize("value", ["pupils", "=file", "pupils=", ""])
def test_roster_is_a_name_and_a_file(value):
    with pytest.raises(click.BadParameter, match="NAME=FILE"):
        parse("--roster", value)


def test_file_that_is_no_token(tmp_path):
    token = tmp_path / "token"
    token.write_bytes(b"\xff\xfe" * 20)
    with pytest.raises(UsageError, match="expected a token of at least 16"):
        parse("--token-file", str(token))
