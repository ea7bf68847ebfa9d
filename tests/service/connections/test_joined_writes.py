import asyncio

from inkdigits.service.connections.joined_writes import MAX_JOINED_BYTES, JoinedWrites


class Transport:
    """Records its calls."""

    def __init__(self):
        self.calls = []
        self.is_closed = False

    def write(self, data):
        self.calls.append(bytes(data))

    def close(self):
        self.calls.append("close")
        self.is_closed = True

    def abort(self):
        self.calls.append("abort")

    def write_eof(self):
        self.calls.append("eof")

    def is_closing(self):
        return self.is_closed

    def get_write_buffer_size(self):
        return 7

    def get_extra_info(self, name):
        return name

    pause_reading = resume_reading = close
    answer = 42


def run(use):
    async def go():
        inner = Transport()
        use(JoinedWrites(inner, asyncio.get_running_loop()))
        at_once = list(inner.calls)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return at_once, inner.calls

    return asyncio.run(go())


def test_header_and_body_are_sent_together():
    def use(transport):
        transport.write(b"header ")
        assert transport.get_write_buffer_size() == 14
        transport.write(b"body")

    at_once, later = run(use)
    assert at_once == later == [b"header body"]


def test_single_write_is_sent_in_the_next_turn():
    at_once, later = run(lambda transport: transport.write(b"alone"))
    assert at_once == []
    assert later == [b"alone"]


def test_order_is_kept():
    _, later = run(lambda transport: [transport.write(each) for each in (b"a", b"b", b"", b"c")])
    assert b"".join(later) == b"abc"


def test_close_sends_what_is_held():
    at_once, later = run(lambda transport: (transport.write(b"last"), transport.close()))
    assert at_once == later == [b"last", "close"]


def test_end_of_writing_sends_what_is_held():
    at_once, later = run(lambda transport: (transport.write(b"last"), transport.write_eof()))
    assert at_once == later == [b"last", "eof"]


def test_abort_drops_what_is_held():
    at_once, later = run(lambda transport: (transport.write(b"last"), transport.abort()))
    assert at_once == later == ["abort"]


def test_other_attributes_are_those_of_the_transport():
    def use(transport):
        assert transport.answer == 42
        assert transport.get_extra_info("socket") == "socket"

    run(use)


def test_long_body_is_not_copied():
    """All connections share the files of the page."""
    body = b"x" * (MAX_JOINED_BYTES + 1)
    written = []

    def write(transport):
        transport._transport.write = written.append
        transport.write(b"head")
        transport.write(body)

    run(write)
    assert written == [b"head", body]
    assert written[1] is body
