"""Listening sockets: opened before anything else is loaded, and closed without losing a connection."""

import ctypes
import errno
import ipaddress
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

from inkdigits.errors import InkdigitsError, UsageError
from inkdigits.service.settings import Settings

BACKLOG = 512
"""Number of connections that the system holds until they are accepted; the event loop accepts at least every 50 ms."""

SPARE_DESCRIPTORS = 200
"""Number of open files besides the connections: some 40, a socket to each worker, and refused connections."""

_SO_ATTACH_FILTER = 26
"""Option of <asm/socket.h> on Linux."""

_DROP_SYN = (
    (0x30, 0, 0, 13),  # load the byte with the flags of the TCP header
    (0x45, 0, 1, 0x02),  # is SYN among them?
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # take all of it
)
"""Program of the classic Berkeley packet filter, ``struct sock_filter`` of <linux/filter.h>: (code, jt, jf, k)."""


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Listen on an address.

    Parameters
    ----------
    host
        Name or address; a name with several addresses, such as ``localhost``, gives several sockets.
    port
        Port; 0 takes a free one.

    Returns
    -------
    list of socket.socket
        They listen already, so that no client is refused while the service starts.

    Raises
    ------
    UsageError
        If the host is unknown, or is not an address of this machine.
    InkdigitsError
        If the port is taken or not allowed.
    """
    found = _find_addresses(host, port)
    sockets: list[socket.socket] = []
    for family, kind, protocol, _, address in dict.fromkeys(found):
        if sockets and port == 0:  # the same free port on all addresses
            address = (address[0], sockets[0].getsockname()[1], *address[2:])
        try:
            sockets.append(_open_socket(family, kind, protocol, address))
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT and len(found) > 1:
                continue  # a machine without IPv6
            for opened in sockets:
                opened.close()
            raise _describe(error, host, port) from error
    return sockets


def check_exposure(settings: Settings) -> None:
    """Refuse to listen beyond this machine without a token.

    Raises
    ------
    UsageError
        If there is neither a token nor ``is_insecure``.
    """
    if settings.token is None and not settings.is_insecure and not is_loopback(settings.host):
        raise UsageError(
            f"anyone who reaches {settings.host} could use this service: give a token in --token-file or "
            "INKDIGITS_TOKEN, or give --insecure"
        )


def allow_descriptors(n_connections: int) -> None:
    """Raise the number of files that this process may have open, if connections need more.

    Raises
    ------
    UsageError
        If the system allows fewer.
    """
    import resource  # not on Windows, where there are no workers either

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = n_connections + SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise UsageError(
            f"expected --max-connections of at most {max(1, hard - SPARE_DESCRIPTORS)}, because this process may have "
            f"{hard} files open (ulimit -n), but got {n_connections}"
        )
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only; errors as of `open_sockets`."""
    hosts = (str(address[0]).partition("%")[0] for *_, address in _find_addresses(host, None))
    return all(ipaddress.ip_address(each).is_loopback for each in hosts)


def accept_waiting(listener: socket.socket) -> list[socket.socket]:
    """Accept the connections that wait at a listening socket, without waiting for more."""
    accepted: list[socket.socket] = []
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            with suppress(ConnectionAbortedError):
                accepted.append(listener.accept()[0])
    return accepted


def refuse_new_connections(listener: socket.socket) -> None:
    """Let the system ignore attempts to connect, but complete those that it has begun to accept; on Linux only.

    Closing a listening socket resets the connections that the system has accepted for it. However fast they are taken
    before, one can come in between: under load, a request in 100,000 was lost so. A client that is ignored tries again
    after a second, and is then refused.

    Parameters
    ----------
    listener
        A listening TCP socket. The filter sees the TCP header: ``tcp_filter`` in the kernel's <net/tcp.h>.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in _DROP_SYN))
    filter_ = struct.pack("HP", len(_DROP_SYN), ctypes.addressof(program))  # struct sock_fprog
    with suppress(OSError):  # a sandbox may not allow filters
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


def _find_addresses(host: str, port: int | None) -> list[tuple[Any, ...]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE))
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"expected --host as a name or address of this machine, but {host!r} is unknown"
        ) from error


def _open_socket(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    opened = socket.socket(family, kind, protocol)
    try:
        # The port of a service that has just ended can be taken again at once.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened


def _describe(error: OSError, host: str, port: int) -> InkdigitsError:
    if error.errno == errno.EADDRINUSE:
        return InkdigitsError(
            f"port {port} of {host} is taken by another program; choose another with --port"
        )
    if error.errno == errno.EACCES:
        return InkdigitsError(
            f"port {port} is reserved for the administrator; choose one above 1023 with --port"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"expected --host as an address of this machine, but got {host!r}")
    return InkdigitsError(f"cannot listen on port {port} of {host}: {error.strerror or error}")
