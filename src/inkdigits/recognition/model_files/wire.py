"""A reader of the protobuf wire format, for messages that are described by tables.

Only what the tables list is accepted: an unknown field, a field of another type and a repeated singular field are
errors, because another reader may treat them differently. Byte fields are views of the file, not copies.

Source: Protocol Buffers, *Encoding*, protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_FIXED_BYTES = {_FIXED64: 8, _FIXED32: 4}


class WireError(ValueError):
    """The bytes are not the message that the table describes; the message states why, without the file's name."""


@dataclass(frozen=True)
class Field:
    """A field of a message.

    Attributes
    ----------
    name
        Name in the result.
    kind
        ``int``, a varint; ``text``, in UTF-8; ``bytes``, a view; ``message``; ``any``, an integer or a view of the
        bytes; ``skipped``, not returned; or ``refused``.
    is_repeated
        Whether the field may occur more than once. Repeated integers may be packed.
    fields
        Of a ``message``: the table of its fields.
    """

    name: str
    kind: str
    is_repeated: bool = False
    fields: "Fields | None" = None


Fields: TypeAlias = Mapping[int, Field]
"""The fields of a message by number. Tables refer only to tables defined before them, so the nesting is bounded."""


class WireReader:
    """A reader with a limit on the number of fields.

    Parameters
    ----------
    max_fields
        Greatest number of fields, and of packed integers, in all messages that are read.
    """

    def __init__(self, max_fields: int) -> None:
        self._max_fields = self._n_left = max_fields

    def read_message(self, content: memoryview, fields: Fields) -> dict[str, Any]:
        """Read a message.

        Parameters
        ----------
        content
            The bytes of the message.
        fields
            Its table.

        Returns
        -------
        dict
            The value of each field that occurs, by name; a list if the field is repeated.

        Raises
        ------
        WireError
            If the bytes are not such a message, or have more fields than allowed.
        """
        message: dict[str, Any] = {field.name: [] for field in fields.values() if field.is_repeated}
        for number, wire_type, value in self._iterate(content):
            field = fields.get(number)
            if field is None:
                raise WireError(f"it has the unknown field {number}")
            if field.kind == "skipped":
                continue
            if field.kind == "refused":
                raise WireError(f"it has {field.name}, which is not allowed")
            if not field.is_repeated:
                if field.name in message:
                    raise WireError(f"the field {field.name} occurs twice")
                message[field.name] = self._convert(value, wire_type, field)
            elif field.kind == "int" and wire_type == _LENGTH:
                message[field.name] += self._read_packed(value)
            else:
                message[field.name].append(self._convert(value, wire_type, field))
        return message

    def _convert(self, value: Any, wire_type: int, field: Field) -> Any:
        if field.kind == "any":
            return value
        if wire_type != (_VARINT if field.kind == "int" else _LENGTH):
            raise WireError(f"the field {field.name} has the wire type {wire_type}")
        if field.kind == "message":
            assert field.fields is not None
            return self.read_message(value, field.fields)
        if field.kind == "text":
            try:
                return str(value, "utf-8")
            except UnicodeDecodeError as error:
                raise WireError(f"the text of {field.name} is not UTF-8") from error
        return value

    def _iterate(self, content: memoryview) -> Iterator[tuple[int, int, Any]]:
        """Yield number, wire type and value of each field: an integer, or a view of the bytes."""
        place, end = 0, len(content)
        while place < end:
            self._count()
            key, place = _read_varint(content, place)
            number, wire_type = key >> 3, key & 7
            if wire_type == _VARINT:
                value, place = _read_varint(content, place)
                yield number, wire_type, value - (value >> 63 << 64)  # negative numbers have ten bytes
                continue
            if wire_type == _LENGTH:
                length, place = _read_varint(content, place)
            elif wire_type in _FIXED_BYTES:
                length = _FIXED_BYTES[wire_type]
            else:
                raise WireError(f"it has the wire type {wire_type}")
            if length > end - place:
                raise WireError("it is cut off")
            yield number, wire_type, content[place : place + length]
            place += length

    def _read_packed(self, content: memoryview) -> list[int]:
        values, place = [], 0
        while place < len(content):
            self._count()
            value, place = _read_varint(content, place)
            values.append(value - (value >> 63 << 64))
        return values

    def _count(self) -> None:
        self._n_left -= 1
        if self._n_left < 0:
            raise WireError(f"it has more than {self._max_fields:,} fields")


def _read_varint(content: memoryview, place: int) -> tuple[int, int]:
    """Return an unsigned integer of at most 64 bits, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            raise WireError("it is cut off")
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                break
            return value, place
    raise WireError("it has an integer of more than 64 bits")
