"""The picture of a request: its body, or the only part of a form. It is kept in memory, never on the disk."""

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from inkdigits.service.refusals import Refusal

FIELD = "picture"
"""Name of the field of a form."""

FORM_TYPE = "multipart/form-data"
"""Media type of a form with a file."""

OTHER_TYPES = ("application/pdf", "application/octet-stream")
"""Media types of a body that is a picture, besides ``image/*``. The format is found in the first bytes, whatever the
type says."""

_MAX_FIELD_BYTES = 1024
"""Length of the longest part that is not a file, in bytes. A form needs none; one is read, to say so."""


class _FormParser(MultiPartParser):
    """Starlette's parser, which otherwise writes a file of more than a megabyte to the disk.

    The middleware limits the length of the body. python-multipart limits the headers of each part: 8 of 4 kB each.
    """

    spool_max_size = 0  # of `SpooledTemporaryFile`: no size at which it is written to the disk


async def receive_picture(request: Request) -> bytes:
    """Receive the picture of a request.

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
        return await _receive_form(request)
    if kind.startswith("image/") or kind in OTHER_TYPES:
        return await request.body()
    raise Refusal(
        415,
        f"expected a picture, as the file {FIELD!r} of {FORM_TYPE} (curl -F {FIELD}=@FILE) or as a body of the type "
        f"image/*, {' or '.join(OTHER_TYPES)}, but got the type {given!r:.80}",
        "wrong_media_type",
    )


async def _receive_form(request: Request) -> bytes:
    """Return the file of a form."""
    parser = _FormParser(
        request.headers, request.stream(), max_files=1, max_fields=1, max_part_size=_MAX_FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeError) as error:  # the latter of some encodings, such as `undefined`
        fault = str(getattr(error, "message", error)).rstrip(".")
        raise Refusal(
            400, f"expected a form with one file, {FIELD!r}, but: {fault}", "malformed_form"
        ) from error
    try:
        (found,) = form.multi_items() or [("", "")]
        if found[0] != FIELD or isinstance(found[1], str):
            kind = "text" if isinstance(found[1], str) else "file"
            got = f"the {kind} {found[0]!r:.80}" if found[0] else "nothing"
            raise Refusal(
                422,
                f"expected a form with one file, {FIELD!r}, and options in the query, but got {got}",
                "no_picture",
            )
        return await found[1].read()
    finally:
        await form.close()
