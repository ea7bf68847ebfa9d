import httpx
import pytest


def test_own_page_and_programs_may_post(client, service):
    assert client.post("/v1/echo").status_code == 200
    own = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/v1/echo", headers=own).status_code == 200
    assert client.post("/v1/echo", headers={"Sec-Fetch-Site": "none"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_form_of_another_page_is_harmless(client, headers):
    answer = client.post(
        "/v1/echo", headers={**headers, "Content-Type": "text/plain"}, content=b"a simple cross-site form"
    )
    assert answer.status_code == 403
    assert "origin" in answer.json()["error"]


def test_scheme_may_differ_behind_a_proxy_that_ends_tls(client, service):
    origin = service.url.replace("http:", "https:")
    assert client.post("/v1/echo", headers={"Origin": origin}).status_code == 200


def test_added_name_may_post(start_small_service):
    with start_small_service(allowed_hosts=("digits.example",)) as service:
        headers = {"Origin": "https://digits.example"}
        assert httpx.post(f"{service.url}/v1/echo", timeout=60, headers=headers).status_code == 200
        headers = {"Origin": "https://digits.example.evil.example"}
        assert httpx.post(f"{service.url}/v1/echo", timeout=60, headers=headers).status_code == 403


def test_no_other_origin_may_read_answers(client):
    allowed = client.options(
        "/v1/echo", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert allowed.status_code in (403, 405)
    answers = [allowed, client.get("/v1/echo", headers={"Origin": "https://evil.example"})]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
