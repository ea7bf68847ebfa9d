"""The options of ``inkdigits serve``: one for each field of `inkdigits.service.settings.Settings`."""

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import click

from inkdigits.errors import UsageError
from inkdigits.service.settings import Settings

Command = Callable[..., Any]

PREFIX = "INKDIGITS_"
"""Beginning of the environment variable of each option: INKDIGITS_PORT for --port."""


class _NamedFile(click.ParamType[tuple[str, Path]]):
    """A name and a file, ``NAME=FILE``."""

    name = "named file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        """Return name and path."""
        name, equals, path = str(value).partition("=")
        if not (name and equals and path):
            self.fail(f"expected NAME=FILE, but got {value!r}", param, ctx)
        return name, Path(path)


def add_setting_options(command: Command) -> Command:
    """Decorate a command with all options of the service."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def make_settings(values: dict[str, Any], token_file: Path | None) -> Settings:
    """Return the settings.

    Parameters
    ----------
    values
        Values of the options by the names of the fields.
    token_file
        File with the token, which takes precedence over the environment.

    Raises
    ------
    UsageError
        If a value is out of range.
    """
    if token_file is not None:
        values["token"] = token_file.read_text(encoding="ascii", errors="replace").strip()
    try:
        return Settings(**values)
    except UsageError as error:
        # Its message has the names of the fields, which are not known to who gave the options.
        raise UsageError(
            re.sub(r"\w+", lambda found: _OPTION_NAMES.get(found[0], found[0]), str(error))
        ) from None


_OPTION_NAMES: dict[str, str] = {}
"""The option of each field whose name is no word."""


def _default(field: str) -> Any:
    found = next(each for each in fields(Settings) if each.name == field)
    return found.default if found.default_factory is MISSING else found.default_factory()


def _setting(option: str, field: str, text: str, **attributes: Any) -> Callable[[Command], Command]:
    """Return an option with the default of its field, and an environment variable of its name."""
    attributes.setdefault("default", _default(field))
    attributes.setdefault(
        "show_default", attributes["default"] not in (None, ()) and attributes["default"] is not False
    )
    if "_" in field:
        _OPTION_NAMES[field] = option
    name = PREFIX + option.removeprefix("--").replace("-", "_").upper()
    return click.option(option, field, envvar=name, show_envvar=True, help=text, **attributes)


_SECONDS: dict[str, Any] = {"type": float, "metavar": "SECONDS"}
_NUMBER: dict[str, Any] = {"type": int, "metavar": "N"}
_BYTES: dict[str, Any] = {"type": int, "metavar": "BYTES"}

_OPTIONS = (
    _setting("--host", "host", "Address to listen on; the default is reached from this machine only."),
    _setting("--port", "port", "Port to listen on; 0 takes a free one.", type=int, metavar="PORT"),
    click.option(
        "--token-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        envvar=PREFIX + "TOKEN_FILE",
        show_envvar=True,
        help="File with the bearer token that requests must send. INKDIGITS_TOKEN can hold the token itself.",
    ),
    _setting(
        "--insecure",
        "is_insecure",
        "Listen beyond this machine without a token.",
        is_flag=True,
        default=False,
    ),
    _setting(
        "--allowed-host",
        "allowed_hosts",
        "Further name under which the service is opened, such as digits.example; can be repeated; * allows all.",
        multiple=True,
        metavar="NAME",
    ),
    _setting("--model", "model", "Classifier that reads pictures.  [default: accurate]", metavar="NAME|FILE"),
    _setting(
        "--roster",
        "rosters",
        "List of the possible numbers that requests can name; can be repeated.",
        type=_NamedFile(),
        multiple=True,
        metavar="NAME=FILE",
    ),
    _setting(
        "--workers",
        "n_workers",
        "Processes that read pictures.  [default: one for each core]",
        show_default=False,
        **_NUMBER,
    ),
    _setting("--picture-timeout", "picture_seconds", "Longest time for one picture.", **_SECONDS),
    _setting(
        "--worker-memory", "worker_memory_bytes", "Address space of a process that reads pictures.", **_BYTES
    ),
    _setting(
        "--max-waiting-pictures", "max_waiting_pictures", "Pictures that wait for a process.", **_NUMBER
    ),
    _setting("--max-batch-rows", "max_batch_rows", "Digit images in one forward pass.", **_NUMBER),
    _setting(
        "--max-batch-wait",
        "max_batch_wait_seconds",
        "Longest time a forward pass waits for rows.",
        **_SECONDS,
    ),
    _setting(
        "--max-waiting-rows", "max_waiting_rows", "Digit images that wait for a forward pass.", **_NUMBER
    ),
    _setting(
        "--deadline",
        "deadline_seconds",
        "Longest time for an answer; a request asks for less with X-Deadline-Seconds.",
        **_SECONDS,
    ),
    _setting("--max-body", "max_body_bytes", "Length of the largest request.", **_BYTES),
    _setting(
        "--max-bodies",
        "max_bodies_bytes",
        "Length of all requests in hand, without the first 256 kB of each.",
        **_BYTES,
    ),
    _setting("--body-timeout", "body_seconds", "Longest time in which a body arrives.", **_SECONDS),
    _setting(
        "--min-body-rate",
        "min_body_bytes_per_second",
        "Least bytes of a body in a second, on average.",
        **_BYTES,
    ),
    _setting("--body-grace", "body_grace_seconds", "Time before the rate of a body is checked.", **_SECONDS),
    _setting("--header-timeout", "header_seconds", "Longest time in which a header arrives.", **_SECONDS),
    _setting("--max-header", "max_header_bytes", "Length of the largest header.", **_BYTES),
    _setting("--max-headers", "max_headers", "Fields in a header.", **_NUMBER),
    _setting("--max-url", "max_url_bytes", "Length of the longest address.", **_BYTES),
    _setting("--max-connections", "max_connections", "Open connections.", **_NUMBER),
    _setting("--keep-alive", "keep_alive_seconds", "Time that an idle connection stays open.", **_SECONDS),
    _setting(
        "--stop-delay",
        "stop_delay_seconds",
        "Time for which requests are still accepted after the signal to stop.",
        **_SECONDS,
    ),
    _setting("--drain-limit", "drain_seconds", "Longest time for accepted requests after that.", **_SECONDS),
    _setting(
        "--log-format",
        "log_format",
        "Format of the log on stderr; auto is text on a terminal, else json.",
        type=click.Choice(("auto", "json", "text")),
    ),
    _setting(
        "--log-level",
        "log_level",
        "Least important lines: each request, failed requests, defects.",
        type=click.Choice(("info", "warning", "error")),
    ),
)
