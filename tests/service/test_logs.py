import io
import json
import logging
import re

import pytest

from inkdigits.service.logs import forward_library_messages, make_logger
from inkdigits.service.settings import Settings


def write(log_format, log_level="info"):
    stream = io.TextIOWrapper(io.BytesIO())
    return stream, make_logger(Settings(log_format=log_format, log_level=log_level), stream)


def read(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()


def test_line_is_one_json_object():
    stream, logger = write("json")
    logger.info("request", name='a "quoted"\nname', path=b"\xff")
    (line,) = read(stream).splitlines()
    found = json.loads(line)
    assert found["event"] == "request"
    assert found["name"] == 'a "quoted"\nname'
    assert found["level"] == "info"
    assert found["time"].endswith("Z")


def test_traceback_stays_on_the_line():
    stream, logger = write("json")
    try:
        raise ValueError("reason")
    except ValueError as error:
        logger.error("defect", exc_info=error)
    (line,) = read(stream).splitlines()
    assert "ValueError: reason" in json.loads(line)["exception"]


def test_text_is_for_people():
    stream, logger = write("text")
    request = {"method": "POST", "route": "/v1/read", "status": 429, "seconds": 0.0123, "request_id": "abc"}
    logger.warning("request", **request, reason="queue_full")
    logger.info("request", **{**request, "route": "none", "status": 404}, path="/nowhere")
    logger.info("listening", addresses=["127.0.0.1:8000"])
    try:
        raise ValueError("reason")
    except ValueError as error:
        logger.error("defect", request_id="abc", exc_info=error)
    refused, missing, listening, defect, *trace = read(stream).splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d  POST /v1/read  429  12 ms  queue_full", refused)
    assert missing.endswith("  POST /nowhere  404  12 ms")
    assert listening.endswith("  listening  addresses=['127.0.0.1:8000']")
    assert defect.endswith("  error defect  request_id=abc")
    assert trace[-1] == "ValueError: reason"


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\x9b", "\x85", "\u2028", "\u202e", "\n", "\r"])
def test_text_has_no_characters_that_control_a_terminal(character):
    stream, logger = write("text")
    logger.info("request", path=f"/{character}[2J")
    (line,) = read(stream).splitlines()
    assert line.isprintable()
    assert "[2J" in line
    try:
        raise ValueError(f"a{character}[2J")
    except ValueError as error:
        logger.error("defect", exc_info=error)
    assert read(stream).replace("\n", "").isprintable()


class _BrokenFile(io.BytesIO):
    def write(self, data):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError


class _BrokenStream(io.StringIO):
    buffer = _BrokenFile()


def test_log_that_cannot_be_written_is_no_error():
    stream = _BrokenStream()
    with pytest.raises(BrokenPipeError):
        stream.buffer.write(b"line")
    make_logger(Settings(log_format="json"), stream).info("request")


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_auto_is_json_unless_on_a_terminal():
    stream, logger = write("auto")
    logger.info("listening", status=200)
    assert json.loads(read(stream))["status"] == 200
    terminal = _Terminal()
    make_logger(Settings(log_format="auto"), terminal).info("listening", status=200)
    assert "listening" in terminal.getvalue()
    assert "{" not in terminal.getvalue()


@pytest.mark.parametrize(("level", "n_lines"), [("info", 3), ("warning", 2), ("error", 1)])
def test_level_filters(level, n_lines):
    stream, logger = write("json", level)
    logger.info("a")
    logger.warning("b")
    logger.error("c")
    assert len(read(stream).splitlines()) == n_lines


def test_messages_of_libraries_are_forwarded():
    root = logging.getLogger()
    former, level = root.handlers[:], root.level
    stream, logger = write("json")
    try:
        forward_library_messages(logger)
        logging.getLogger("asyncio").error("task %s failed", 3)
        logging.getLogger("uvicorn.error").info("ignored")
    finally:
        root.handlers[:] = former
        root.setLevel(level)
    (line,) = read(stream).splitlines()
    found = json.loads(line)
    assert (found["source"], found["message"], found["level"]) == ("asyncio", "task 3 failed", "error")
