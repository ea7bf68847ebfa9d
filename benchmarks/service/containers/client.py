"""A client of the service: it reads pictures over HTTP."""

import socket
import urllib.request

import msgspec

TOKEN = "a-token-of-the-measurement"


def read_numbers(url: str, picture: bytes, token: str = TOKEN) -> list[str]:
    """Read a picture; return the texts of its numbers.

    Parameters
    ----------
    url
        Of the service, without a slash at the end.
    picture
        Content of the file.
    token
        The token that is sent.

    Raises
    ------
    urllib.error.HTTPError
        If the service refuses.
    """
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    request = urllib.request.Request(f"{url}/v1/read", picture, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [number["text"] for number in msgspec.json.decode(answer.read())["numbers"]]


def find_free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
