"""The names that a request may have in its header ``Host``."""

import ipaddress

from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import LOOPBACK_HOSTS, Settings

ANY_HOST = "*"
"""Allows every name: for a service behind a proxy that checks it."""

_MAX_KNOWN = 1000
"""Number of values that are remembered as allowed, so that clients cannot fill the memory with ports."""

_MAX_KNOWN_BYTES = 300
"""Length of the longest one that is remembered. A name has at most 253 characters (RFC 1035)."""


class HostCheck:
    """Refuses requests that were sent to another name.

    A page of a stranger can let its own name point to this machine after it was loaded (DNS rebinding); the browser
    then takes this service for the stranger's, and lets the page read its answers. The header still has the stranger's
    name. An address (192.0.2.1) cannot be rebound, so every address is allowed.

    Parameters
    ----------
    settings
        Of the service.
    """

    def __init__(self, settings: Settings) -> None:
        names = {*LOOPBACK_HOSTS, settings.host.lower(), *(name.lower() for name in settings.allowed_hosts)}
        self._names = frozenset(names)
        self._allows_any = ANY_HOST in names
        self._known: set[bytes] = set()

    def check(self, host: bytes | None) -> None:
        """Check the value of the header.

        Raises
        ------
        Refusal
            400 without the header, 421 if the name is not allowed.
        """
        if host in self._known:
            return
        if host is None:
            raise Refusal(400, "expected the header Host, but the request has none", "host")
        name = split_port(host.decode("latin-1").lower())
        if not (self._allows_any or name in self._names or _is_address(name)):
            raise Refusal(
                421,
                f"the name {name[:100]!r} is not served here; open the service under its own name, or start it with "
                "--allowed-host",
                "host",
            )
        if len(self._known) < _MAX_KNOWN and len(host) <= _MAX_KNOWN_BYTES:
            self._known.add(host)


def split_port(host: str) -> str:
    """Return the name of ``name:port``; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (
        name
        if colon and port.isdigit() and len(port) <= 5 and not (name.count(":") and not name.endswith("]"))
        else host
    )


def _is_address(name: str) -> bool:
    try:
        if name.startswith("[") and name.endswith("]"):
            ipaddress.IPv6Address(name[1:-1])
        else:
            ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
