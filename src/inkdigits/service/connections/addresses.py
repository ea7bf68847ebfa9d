"""The address of a request."""

from contextlib import suppress

import httptools


def take_host_of_address(address: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Replace ``Host`` by the host of an address with one (``http://host/path``): RFC 9112, section 3.2.2, asks for it.

    Parameters
    ----------
    address
        The address in the first line of the request.
    headers
        The header fields, with names in small letters; changed in place.
    """
    if address[:1] == b"/":
        return
    with suppress(httptools.HttpParserInvalidURLError):  # the server refuses it
        found = httptools.parse_url(address)
        if found.host is not None:
            port = b"" if found.port is None else b":%d" % found.port
            headers[:] = [field for field in headers if field[0] != b"host"]
            headers.append((b"host", found.host + port))
