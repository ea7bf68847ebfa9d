import pytest


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        (b"http://localhost/v1/echo", b"evil.example", 200),
        (b"http://localhost:99/v1/echo", b"evil.example", 200),
        (b"http://evil.example/v1/echo", b"localhost", 421),
        (b"http://localhost@evil.example/v1/echo", b"localhost", 421),
    ],
)
def test_host_of_the_address_replaces_the_header(service, address, host, status):
    answer = service.send_raw(
        b"GET " + address + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 %d " % status)
