"""Requests that ask for another protocol: they are answered as HTTP/1.1, with their body."""

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING = (b"content-length", b"transfer-encoding")
"""The header fields that say where a body ends."""


class UpgradeIgnoringProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which otherwise drops the body of a request with the header ``Upgrade``.

    A server may ignore that header (RFC 9110, section 7.8); Java's client sends it with each request. httptools ends
    such a request after its header, whatever follows. What follows is therefore parsed by a second parser, which is
    given the framing of the body without the header ``Upgrade``.
    """

    _is_repeating = False
    """Whether the second parser is given the header that the first one has parsed."""

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived."""
        self._unset_keepalive_if_required()
        rest = memoryview(data)
        while rest:
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                self._repeat_framing()
            except httptools.HttpParserError:
                self.send_400_response("")
                return
            else:
                return

    def _repeat_framing(self) -> None:
        fields = (b"%s: %s\r\n" % field for field in self.headers if field[0] in _FRAMING)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn
        self._is_repeating = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % b"".join(fields))

    def on_message_begin(self) -> None:
        """Begin a request."""
        if not self._is_repeating:
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Note the address of the request."""
        if not self._is_repeating:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header field."""
        if not self._is_repeating:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer the request."""
        if self._is_repeating:
            self._is_repeating = False
        else:
            self.begin_request()

    def begin_request(self) -> None:
        """Begin to answer the request whose header is complete."""
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the body."""
        if not self.parser.should_upgrade():
            super().on_message_complete()
