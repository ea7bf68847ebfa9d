import pytest


def test_line_of_a_request(client, service):
    n_before = len(service.lines)
    client.post("/v1/echo?secret=1", content=b"xyz", headers={"Authorization": "Bearer very-secret-token"})
    line = service.wait_for_line(n_before + 1)
    assert line["method"] == "POST"
    assert line["route"] == "/v1/echo"
    assert line["status"] == 200
    assert line["bytes_in"] == 3
    assert line["bytes_out"] == len(b'{"length":3,"method":"POST"}')
    assert 0 < line["seconds"] < 5
    assert line["level"] == "info"
    assert "secret" not in str(service.lines)
    assert "xyz" not in str(line)


def test_reason_of_a_refusal_is_logged(client, service):
    n_before = len(service.lines)
    client.get("/v1/refuse")
    line = service.wait_for_line(n_before + 1)
    assert (line["status"], line["reason"], line["level"]) == (429, "queue_full", "warning")


def test_unknown_path_is_logged_shortened(client, service):
    n_before = len(service.lines)
    client.get("/" + "a" * 1000)
    line = service.wait_for_line(n_before + 1)
    assert line["route"] == "none"
    assert line["path"] == "/" + "a" * 199


def test_unknown_methods_have_one_label(client, service):
    client.request("PROPFIND", "/nowhere")
    client.request("MKCOL", "/nowhere")
    figure = service.get_figure("inkdigits_requests_total", method="OTHER", route="none", status="404")
    assert figure == pytest.approx(2)


def test_path_is_logged_as_it_was_sent(client, service):
    n_before = len(service.lines)
    service.send_raw(b"GET /%1b%0a%c2%9b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert service.wait_for_line(n_before + 1)["path"] == "/%1b%0a%c2%9b"
