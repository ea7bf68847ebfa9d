"""The load generator, against small servers whose answers are known."""

import asyncio
import contextlib
import threading

import pytest

from benchmarks.service.load.connections import Connection, make_request
from benchmarks.service.load.generator import percentiles, run_closed_loop, run_open_loop

REQUEST = make_request("POST", "/answer", b"x" * 10)


@contextlib.contextmanager
def serve(answer):
    """Run a server in a thread; ``answer`` maps the number of a request to the parts of its answer, and the delay."""
    started = threading.Event()
    found = {}

    async def handle(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"POST"):
                    assert await reader.readexactly(10) == b"x" * 10
                    found["n"] = found.get("n", 0) + 1
                    parts, delay = answer(found["n"])
                else:
                    parts, delay = [make_answer(200)], 0
                await asyncio.sleep(delay)
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.001 * (len(parts) - 1))
                if b"connection: close" in b"".join(parts):
                    break
        writer.close()

    async def main():
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        found["loop"], found["end"] = asyncio.get_running_loop(), asyncio.Event()
        found["port"] = server.sockets[0].getsockname()[1]
        started.set()
        await found["end"].wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert started.wait(60)
    try:
        yield found
    finally:
        found["loop"].call_soon_threadsafe(found["end"].set)
        thread.join(60)


def make_answer(status, headers=b"", body=b"{}"):
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n%s\r\n%s" % (status, len(body), headers, body)


def test_a_closed_loop_counts_the_answers_by_status():
    def answer(n):
        return [make_answer(429 if n % 2 else 200)], 0

    with serve(answer) as server:
        outcome = run_closed_loop(server["port"], REQUEST, 2, 1.0, warm_up=0.05)
    assert set(outcome.statuses) == {200, 429}
    assert abs(outcome.statuses[200] - outcome.statuses[429]) <= 4
    assert len(outcome.accepted) == outcome.statuses[200]
    figures = outcome.to_json()
    assert figures["per_second"] == pytest.approx(outcome.statuses[200] / 1.0, rel=0.01)
    assert figures["p50_ms"] <= figures["p99_ms"] <= figures["max_ms"]


def test_answers_in_parts_are_put_together():
    content = make_answer(200, body=b"x" * 100)
    with serve(lambda n: ([content[:20], content[20:60], content[60:]], 0)) as server:
        outcome = run_closed_loop(server["port"], REQUEST, 1, 1.0, warm_up=0.0)
        # Not one for each part: the server has answered as many.
        assert 1 <= outcome.statuses[200] <= server["n"]
    assert set(outcome.statuses) == {200}


def count_answers(run):
    """Return the number of answers, all with status 200; more runs if a busy machine left no time for a replacement."""
    n_answers = 0
    for _ in range(20):
        outcome = run()
        assert set(outcome.statuses) == {200}
        n_answers = max(n_answers, outcome.statuses[200])
        if n_answers > 4:
            break
    return n_answers


def test_a_connection_that_the_server_ends_is_replaced():
    with serve(lambda n: ([make_answer(200, b"connection: close\r\n")], 0)) as server:
        port = server["port"]
        assert count_answers(lambda: run_closed_loop(port, REQUEST, 2, 1.0, warm_up=0.0)) > 2
        assert count_answers(lambda: run_open_loop(port, REQUEST, 200, 0.2, 4)) > 4


class Transport(asyncio.Transport):
    """Notes what is written."""

    def __init__(self):
        super().__init__()
        self.written = []

    def write(self, data):
        self.written.append(data)

    def is_closing(self):
        return False


def test_the_end_of_an_idle_connection_is_reported_once():
    answers, ends = [], []
    connection = Connection(lambda *answer: answers.append(answer), ends.append)
    connection.connection_made(Transport())
    connection.send(REQUEST)
    connection.data_received(make_answer(200))
    assert (answers[0][1], ends) == (200, [])
    connection.eof_received()
    connection.connection_lost(None)
    assert ends == [connection]
    assert len(answers) == 1
    assert not connection.is_open


def test_a_connection_that_is_lost_counts_as_no_answer():
    with serve(lambda n: ([b"HTTP/1.1 200 X\r\nconnection: close\r\n"], 0)) as server:
        outcome = run_open_loop(server["port"], REQUEST, 50, 0.2, 4)
        assert outcome.statuses == {0: server["n"]}
    assert not outcome.accepted


def test_an_open_loop_sends_at_its_rate_though_answers_are_slow():
    with serve(lambda n: ([make_answer(200)], 2.0)) as server:
        outcome = run_open_loop(server["port"], REQUEST, 100, 0.5, 64)
    assert outcome.n_unsent == 0
    assert outcome.statuses == {200: 50}
    assert min(outcome.accepted) >= 1.99
    assert len(outcome.probes) == 5
    assert outcome.to_json()["liveness"]["p50_ms"] < 1990


def test_requests_without_a_free_connection_are_counted():
    with serve(lambda n: ([make_answer(200)], 0.2)) as server:
        outcome = run_open_loop(server["port"], REQUEST, 100, 0.5, 2)
    assert outcome.statuses[200] >= 2
    assert outcome.n_unsent > 0
    assert outcome.n_unsent + outcome.statuses[200] == 50


def test_percentiles_are_milliseconds():
    assert percentiles([0.001] * 99 + [0.1]) == {"p50_ms": 1.0, "p99_ms": 1.99, "max_ms": 100.0}
