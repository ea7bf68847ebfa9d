import httpx
from tests.service.conftest import wait_until


def test_refusal_of_a_route(client):
    answer = client.get("/v1/refuse")
    assert (answer.status_code, answer.json()) == (429, {"error": "too much"})
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["content-type"] == "application/json"


def test_missing_route_and_method(client):
    missing = client.get("/nowhere")
    assert (missing.status_code, missing.json()) == (404, {"error": "there is no GET /nowhere; see /docs"})
    wrong = client.delete("/v1/echo")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]


def test_defect_is_answered_without_details_and_logged_with_them(client, service):
    answer = client.get("/v1/fail")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["error"]
    (defect,) = [line for line in service.lines if line["event"] == "defect"]
    assert "ValueError: secret detail" in defect["exception"]
    assert defect["request_id"] == answer.headers["x-request-id"]


def test_connection_is_used_again_after_a_refusal(service):
    request = b"GET /v1/refuse HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with service.connect() as connection:
        for _ in range(3):
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 429 ")


def test_work_for_a_client_that_went_away_is_dropped(service):
    n_before = len([line for line in service.lines if line["event"] == "request"])
    service.events.clear()
    with service.connect() as connection:
        connection.sendall(b"GET /v1/sleep/1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: "begun" in service.events)
    line = service.wait_for_line(n_before + 1)
    assert service.events == ["begun", "cancelled"]
    assert (line["status"], line["reason"]) == (499, "client_gone")
    assert line["seconds"] < 900


def test_client_that_goes_away_within_the_body(service):
    n_before = len([line for line in service.lines if line["event"] == "request"])
    with service.connect() as connection:
        connection.sendall(b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nxx")
        wait_until(lambda: service.get_connection().cycle is not None)
    line = service.wait_for_line(n_before + 1)
    assert line["status"] == 499
    assert not [each for each in service.lines if each["event"] == "defect" and "Disconnect" in str(each)]


def test_figures_add_up_to_the_requests_sent(start_small_service):
    with start_small_service(max_body_bytes=10) as service:
        with httpx.Client(base_url=service.url, timeout=60) as client:
            for _ in range(5):
                client.get("/v1/echo")
            client.get("/v1/refuse")
            client.get("/nowhere")
            client.get("/v1/fail")
            client.get("/v1/echo", headers={"Host": "evil.example"})
            client.post("/v1/echo", content=b"x" * 11)
        service.send_raw(b"no request\r\n\r\n")
        service.wait_for_line(11)
        assert service.sum_requests() == 11
        get = service.get_figure
        assert get("inkdigits_requests_total", method="GET", route="/v1/echo", status="200") == 5
        assert get("inkdigits_requests_total", method="GET", route="/v1/refuse", status="429") == 1
        assert get("inkdigits_requests_total", method="GET", route="none", status="404") == 1
        assert get("inkdigits_requests_total", method="GET", route="/v1/fail", status="500") == 1
        assert get("inkdigits_requests_total", method="GET", route="none", status="421") == 1
        assert get("inkdigits_requests_total", method="POST", route="none", status="413") == 1
        assert get("inkdigits_requests_total", method="NONE", route="none", status="400") == 1
        refusals = {"queue_full", "not_found", "defect", "host", "body_length", "invalid_http"}
        assert {
            reason: get("inkdigits_refusals_total", reason=reason) for reason in refusals
        } == dict.fromkeys(refusals, 1)
        assert service.lifecycle.n_requests == 0


def test_only_public_paths_are_served_while_the_models_are_loaded(start_small_service):
    from inkdigits.service.lifecycle import Phase

    with start_small_service() as service:
        service.lifecycle.phase = Phase.STARTING
        answer = httpx.get(f"{service.url}/v1/echo", timeout=60)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert httpx.get(f"{service.url}/", timeout=60).status_code == 200
        service.lifecycle.become_ready()
        assert httpx.get(f"{service.url}/v1/echo", timeout=60).status_code == 200


def test_request_with_two_hosts_is_refused_under_its_identifier(service):
    fields = b"Host: localhost\r\nHost: evil.example\r\nX-Request-Id: the-id\r\nConnection: close\r\n\r\n"
    answer = service.send_raw(b"GET /v1/echo HTTP/1.1\r\n" + fields)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"x-request-id: the-id\r\n" in answer
