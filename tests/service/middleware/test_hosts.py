import httpx
import pytest

from inkdigits.service.middleware.hosts import HostCheck, split_port
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "localhost",
        "LocalHost:80",
        "[::1]:8000",
        "192.0.2.7:8000",
        "[2001:db8::1]",
    ],
)
def test_names_of_this_machine_and_addresses_are_allowed(host):
    check = HostCheck(Settings())
    check.check(host.encode())
    check.check(host.encode())  # remembered


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "evil.example:127",
        "",
        "[::1",
        "a:b:c",
        "localhost@evil.example",
        "localhost/",
        "0x7f.1",
        "127.1.",
        "::1",
        "\xff",
    ],
)
def test_other_names_are_refused(host):
    with pytest.raises(Refusal) as caught:
        HostCheck(Settings()).check(host.encode("latin-1"))
    assert caught.value.status == 421


def test_names_can_be_added():
    check = HostCheck(Settings(allowed_hosts=("Digits.example",)))
    check.check(b"digits.EXAMPLE:443")
    with pytest.raises(Refusal):
        check.check(b"www.digits.example")
    HostCheck(Settings(allowed_hosts=("*",))).check(b"anything.example")


@pytest.mark.parametrize(
    ("host", "name"),
    [("a:80", "a"), ("a", "a"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("::1", "::1"), ("a:b", "a:b")],
)
def test_port_is_split_off(host, name):
    assert split_port(host) == name


def test_rebound_name_is_refused_on_the_wire(client):
    answer = client.get("/v1/echo", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "evil.example" in answer.json()["error"]
    assert "--allowed-host" in answer.json()["error"]


@pytest.mark.parametrize("lines", [b"", b"Host: localhost\r\nHost: evil.example\r\n"])
def test_request_has_one_host(service, lines):
    answer = service.send_raw(b"GET /v1/echo HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Host" in answer.partition(b"\r\n\r\n")[2]


def test_requests_are_answered_under_an_added_name(start_small_service):
    with start_small_service(allowed_hosts=("digits.example",)) as service:
        answer = httpx.get(f"{service.url}/v1/echo", timeout=60, headers={"Host": "digits.example"})
    assert answer.status_code == 200


def test_long_values_are_not_remembered():
    """16 kB each, they would fill the memory."""
    check = HostCheck(Settings(allowed_hosts=("*",)))
    check.check(b"a" * 10_000)
    check.check(b"localhost")
    assert check._known == {b"localhost"}


def test_port_has_at_most_five_digits():
    assert split_port("localhost:65535") == "localhost"
    with pytest.raises(Refusal):
        HostCheck(Settings()).check(b"localhost:" + b"1" * 6)
