"""The picture of a request: its body, or the only part of a form. It is kept in memory, never on the disk."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from inkdigits.service.refusals import Refusal

FIELD = "picture"
"""Name of the field of a form."""

FORM_TYPE = "multipart/form-data"
"""Media type of a form with a file."""

OTHER_TYPES = ("application/pdf", "application/octet-stream")
"""Media types of a body that is a picture, besides ``image/*``. The format is found in the first bytes, whatever the
type says."""


async def receive_picture(request: Request) -> bytes:
    """Receive the picture of a request. The middleware limits the length of the body.

    Parameters
    ----------
    request
        Its body is the picture, or a form with the picture as the file ``picture``.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    Refusal
        If the body is neither.
    """
    given = request.headers.get("content-type", OTHER_TYPES[-1])
    kind = given.partition(";")[0].strip().lower()
    if kind == FORM_TYPE:
        form = _Form(given)
        async for chunk in request.stream():
            form.feed(chunk)
        return form.finish()
    if kind.startswith("image/") or kind in OTHER_TYPES:
        received = bytearray()  # Starlette keeps a list of parts, of which one of a byte needs forty
        async for chunk in request.stream():
            received += chunk
        return bytes(received)
    raise Refusal(
        415,
        f"expected a picture, as the file {FIELD!r} of {FORM_TYPE} (curl -F {FIELD}=@FILE) or as a body of the type "
        f"image/*, {' or '.join(OTHER_TYPES)}, but got the type {given!r:.80}",
        "wrong_media_type",
    )


class _Form:
    """The form of a request, with one part.

    Starlette's parser is made for forms of many parts: it opens a temporary file for each, which it writes to the disk
    from a megabyte on, and it reads all parts before any can be refused. python-multipart limits the header of a part
    to 8 fields of 4 kB each.

    Parameters
    ----------
    media_type
        Value of the header ``Content-Type``, with the boundary.

    Raises
    ------
    Refusal
        If there is no boundary, or too long a one.
    """

    def __init__(self, media_type: str) -> None:
        self._field = self._value = b""
        self._disposition = ""
        self._n_parts = 0
        self._content = bytearray()  # one object, however small the pieces are in which it arrives
        self._is_complete = False
        boundary = parse_options_header(media_type)[1].get(b"boundary", b"")
        if not boundary:
            raise _make_form_refusal("it has no boundary")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_field,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._check_part,
                    "on_part_data": self._add_data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _make_form_refusal("its boundary is too long") from error

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes of the body.

        Raises
        ------
        Refusal
            If they are malformed, or begin a part that is not the picture.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _make_form_refusal("it is malformed") from error

    def finish(self) -> bytes:
        """Return the picture after the last bytes.

        Raises
        ------
        Refusal
            If the form is cut off or empty.
        """
        if not self._is_complete:
            raise _make_form_refusal("it is cut off")
        if self._n_parts == 0:
            raise _make_part_refusal("nothing")
        return bytes(self._content)

    def _begin_part(self) -> None:
        self._n_parts += 1
        if self._n_parts > 1:
            raise _make_part_refusal("several parts")

    def _add_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value.decode("latin-1")
        self._field = self._value = b""

    def _check_part(self) -> None:
        options = parse_options_header(self._disposition)[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            raise _make_part_refusal(f"the text {name!r:.80}")
        if name != FIELD:
            raise _make_part_refusal(f"the file {name!r:.80}")

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _end(self) -> None:
        self._is_complete = True


def _make_form_refusal(fault: str) -> Refusal:
    return Refusal(400, f"expected a form with one file, {FIELD!r}, but {fault}", "malformed_form")


def _make_part_refusal(got: str) -> Refusal:
    return Refusal(
        422,
        f"expected a form with one file, {FIELD!r}, and options in the query, but got {got}",
        "no_picture",
    )
