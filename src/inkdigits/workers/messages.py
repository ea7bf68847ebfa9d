"""Messages between the pool and its workers: frames, results and errors.

The pool sends pickles: the workers trust it. A worker that was taken over by a picture must not take over the pool, so
its messages are MessagePack, checked against the type of the result.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import msgspec

from inkdigits import errors
from inkdigits.errors import InkdigitsError, WorkerError

HEADER = struct.Struct("<BQ")
"""Kind and length in bytes of the content that follows."""

MAX_RESULT_BYTES = 256 * 2**20
"""Length of the longest message from a worker, in bytes. A reading has about 1 kB per digit, a drawing up to 10 MB."""


class Kind(IntEnum):
    """The kind of a message from a worker."""

    READY = 0
    """The models are loaded."""
    STARTED = 1
    """A task has arrived: if the worker ends before this message, the picture is not the reason."""
    RESULT = 2
    ERROR = 3
    """An exception of inkdigits."""
    UNEXPECTED = 4
    """Another exception, which is a defect."""
    OUT_OF_MEMORY = 5


class InvalidMessageError(Exception):
    """A message that no worker sends: the process does not run its own program any more."""


class ReportedError(msgspec.Struct, array_like=True):
    """An exception of a worker.

    Attributes
    ----------
    name
        Name of its class.
    message
        Its text.
    attributes
        Its attributes that are texts.
    traceback
        The traceback, of unexpected exceptions only.
    """

    name: str
    message: str
    attributes: dict[str, str] = {}
    traceback: str = ""


class FrameReader:
    """Splits the bytes from a worker into messages."""

    def __init__(self) -> None:
        self._received = bytearray()

    def feed(self, received: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the kind and the content of each message that is complete with these bytes.

        Raises
        ------
        InvalidMessageError
            If a message is longer than `MAX_RESULT_BYTES`.
        """
        self._received += received
        while len(self._received) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._received)
            if length > MAX_RESULT_BYTES:
                raise InvalidMessageError(f"{length} bytes")
            if len(self._received) < HEADER.size + length:
                return
            content = bytes(memoryview(self._received)[HEADER.size : HEADER.size + length])
            del self._received[: HEADER.size + length]
            yield kind, content


def encode_result(result: Any) -> bytes:
    """Encode the result of a task; see `decode_result`."""
    return msgspec.msgpack.encode(result, enc_hook=_encode_array)


def decode_result(content: bytes, result_type: Any) -> Any:
    """Decode the result of a task.

    Parameters
    ----------
    content
        A message of a worker.
    result_type
        The type of the result: dataclasses, tuples, numbers, texts, bytes, and arrays of ``uint8``.

    Raises
    ------
    InvalidMessageError
        If the content is damaged, or of another type.
    """
    return _decode(content, result_type)


def encode_error(error: BaseException, traceback: str = "") -> bytes:
    """Encode an exception."""
    attributes = {name: value for name, value in vars(error).items() if isinstance(value, str)}
    return msgspec.msgpack.encode(ReportedError(type(error).__name__, str(error), attributes, traceback))


def decode_error(content: bytes) -> ReportedError:
    """Decode an exception; errors as of `decode_result`."""
    error: ReportedError = _decode(content, ReportedError)
    return error


def rebuild_error(reported: ReportedError) -> InkdigitsError:
    """Rebuild an exception of inkdigits, or a `WorkerError` if its class is unknown."""
    error_class = getattr(errors, reported.name, None)
    if not (isinstance(error_class, type) and issubclass(error_class, InkdigitsError)):
        error_class = WorkerError
    error: InkdigitsError = error_class.__new__(error_class)  # the constructors differ
    error.args = (reported.message,)
    error.__dict__.update(reported.attributes)
    return error


def _decode(content: bytes, content_type: Any) -> Any:
    try:
        return msgspec.msgpack.decode(content, type=content_type, dec_hook=_decode_array)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessageError(str(error)) from error


def _encode_array(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray) and value.dtype == np.uint8:
        return value.shape, value.tobytes()
    raise NotImplementedError(f"a {type(value).__name__} cannot be sent by a worker")


def _decode_array(_: Any, value: Any) -> Any:
    import numpy as np

    shape, content = msgspec.convert(value, tuple[tuple[int, ...], bytes])
    return np.frombuffer(content, np.uint8).reshape(shape).copy()
