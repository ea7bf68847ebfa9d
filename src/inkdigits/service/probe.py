"""Ask a running service whether it is ready: the health check of the container."""

import http.client
import ipaddress

from inkdigits.errors import ServiceError

READY_PATH = "/health/ready"
"""Needs no token."""

TIMEOUT_SECONDS = 4.0
"""Time for connection and answer, each: less than the 5 s after which the container's check counts as failed."""


def probe(host: str, port: int, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Return if the service on this machine is ready.

    Parameters
    ----------
    host
        The address that the service listens on. If that is every address of the machine, the loopback address is asked.
    port
        The port that it listens on.
    timeout_seconds
        Time for the connection, and for the answer, in seconds.

    Raises
    ------
    ServiceError
        If nothing answers, or the service is starting or stopping.
    """
    address = _replace_unspecified(host)
    where = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    connection = http.client.HTTPConnection(address, port, timeout=timeout_seconds)
    try:
        connection.request("GET", READY_PATH)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        fault = getattr(error, "strerror", None) or error
        raise ServiceError(
            f"expected a service at {where}, but: {fault}; start it with inkdigits serve"
        ) from error
    finally:
        connection.close()
    if status != 200:
        raise ServiceError(
            f"expected the service at {where} to be ready, but it answers with status {status}"
        )


def _replace_unspecified(host: str) -> str:
    """Return the loopback address for 0.0.0.0 and ::, and other addresses and names as they are."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
