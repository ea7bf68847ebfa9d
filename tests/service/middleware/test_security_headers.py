from inkdigits.service.middleware.security_headers import add_security_headers


def test_api_answers_run_nothing(client):
    for path in ("/v1/echo", "/v1/refuse", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers


def test_documents_tell_no_other_site_and_are_alone(client):
    headers = client.get("/").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_policy_of_a_route_is_kept():
    policy = (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'")
    extended = add_security_headers([(b"content-type", b"text/html; charset=utf-8"), policy])
    assert [value for name, value in extended if name == b"content-security-policy"] == [policy[1]]
