"""Structured log lines on stderr."""

import logging
import sys
from contextlib import suppress
from typing import BinaryIO, TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from inkdigits.service.settings import Settings

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def make_logger(settings: Settings, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Return the log of the service: an object in JSON, or a line of text, for each event.

    Parameters
    ----------
    settings
        Gives format and level.
    stream
        Where the lines are written; by default stderr.
    """
    stream = sys.stderr if stream is None else stream
    processors: list[Processor] = [structlog.processors.add_log_level]
    writer: structlog.PrintLogger | structlog.BytesLogger
    if settings.log_format == "text" or (settings.log_format == "auto" and stream.isatty()):
        processors += [
            structlog.processors.TimeStamper("%H:%M:%S", utc=False, key="time"),
            _escape_controls,
            structlog.processors.format_exc_info,
            _render_text,
        ]
        writer = structlog.PrintLogger(stream)
    else:
        processors += [
            structlog.processors.TimeStamper("iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _render_json,
        ]
        writer = structlog.BytesLogger(cast("BinaryIO", _UnfailingFile(stream.buffer)))
    wrapper = structlog.make_filtering_bound_logger(_LEVELS[settings.log_level])
    logger: FilteringBoundLogger = structlog.wrap_logger(writer, processors=processors, wrapper_class=wrapper)
    return logger


def forward_library_messages(logger: FilteringBoundLogger) -> None:
    """Write warnings and errors of libraries, such as asyncio and uvicorn, into the log of the service."""
    # Its warnings are about damaged forms: clients would fill the log, which has a line for each request anyway.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    logging.basicConfig(handlers=[_Forwarder(logger)], level=logging.WARNING, force=True)


def _escape_controls(_: object, __: str, event: EventDict) -> EventDict:
    """Escape what a terminal would take for a command, or what would begin a new line."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[key] = ascii(value)
    return event


def _render_text(_: object, __: str, event: EventDict) -> str:
    """Return a short line: of a request, its method, path, status, time and reason; of others, all they have."""
    time, name, level = event.pop("time"), event.pop("event"), event.pop("level")
    trace = event.pop("exception", None)
    if name == "request" and "route" in event:
        place = event.get("path", event["route"])
        seconds = event.get("seconds", 0.0)
        line = f"{time}  {event['method']} {place}  {event['status']}  {1000 * seconds:.0f} ms"
        if "reason" in event:
            line += f"  {event['reason']}"
    else:
        details = "".join(f"  {key}={value}" for key, value in event.items())
        line = f"{time}  {'' if level == 'info' else level + ' '}{name}{details}"
    if trace is None:
        return line
    return "\n".join([line, *(each if each.isprintable() else ascii(each) for each in trace.split("\n"))])


def _render_json(_: object, __: str, event: EventDict) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


class _UnfailingFile:
    """A file whose errors are ignored: a full disk, or a pipe that nobody reads any more, must not end requests."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> None:
        """Write a line, if possible."""
        with suppress(OSError):
            self._file.write(data)

    def flush(self) -> None:
        """Hand the line to the system, if possible."""
        with suppress(OSError):
            self._file.flush()


class _Forwarder(logging.Handler):
    """Hands messages of the standard library's `logging` over."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        log = self._logger.error if record.levelno >= logging.ERROR else self._logger.warning
        log("library", source=record.name, message=record.getMessage(), exc_info=record.exc_info or None)
