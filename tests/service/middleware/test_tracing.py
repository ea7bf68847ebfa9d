import pytest

from inkdigits.service.middleware.tracing import choose_request_id, parse_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_valid_traceparent_of_the_specification():
    trace = parse_traceparent(f"00-{TRACE}-{SPAN}-01".encode())
    assert (trace.trace_id, trace.parent_id, trace.flags) == (TRACE, SPAN, "01")
    assert trace.span_id not in (SPAN, "0" * 16)
    assert trace.traceresponse == f"00-{TRACE}-{trace.span_id}-01".encode()


def test_later_version_may_have_more_fields():
    assert parse_traceparent(f"cc-{TRACE}-{SPAN}-01-what-comes".encode()).trace_id == TRACE
    assert parse_traceparent(f"cc-{TRACE}-{SPAN}-01".encode()).trace_id == TRACE


@pytest.mark.parametrize(
    "given",
    [
        "",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01\n",
        f" 00-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01.more",
    ],
)
def test_invalid_traceparent_is_ignored(given):
    assert parse_traceparent(given.encode()) is None


@pytest.mark.parametrize("given", ["a", "0b2f-4.A_/+=:", "x" * 128])
def test_well_formed_request_id_is_taken_over(given):
    assert choose_request_id(given.encode()) == given


@pytest.mark.parametrize("given", [None, b"", b"x" * 129, b"a b", b'"', b"a\n", "é".encode(), b"\xff"])
def test_other_request_ids_are_replaced(given):
    made = {choose_request_id(given) for _ in range(100)}
    assert len(made) == 100
    assert all(len(each) == 24 and int(each, 16) >= 0 for each in made)


def test_identifiers_are_sent_back_and_logged(client, service):
    n_before = len(service.lines)
    headers = {"X-Request-Id": "mine-1", "traceparent": f"00-{TRACE}-{SPAN}-01"}
    answer = client.get("/v1/echo", headers=headers)
    assert answer.headers["x-request-id"] == "mine-1"
    line = service.wait_for_line(n_before + 1)
    assert (line["request_id"], line["trace_id"], line["parent_id"]) == ("mine-1", TRACE, SPAN)
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{line['span_id']}-01"


def test_request_without_identifiers_gets_one(client, service):
    n_before = len(service.lines)
    answer = client.get("/v1/echo", headers={"X-Request-Id": "bad id", "traceparent": "bad"})
    line = service.wait_for_line(n_before + 1)
    assert answer.headers["x-request-id"] == line["request_id"] != "bad id"
    assert "traceresponse" not in answer.headers
    assert "trace_id" not in line
