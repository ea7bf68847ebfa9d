"""Requests that a browser sends for a page of another origin."""

from inkdigits.service.middleware.hosts import ANY_HOST, split_port
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

_OWN_SITES = (b"same-origin", b"none")
"""Values of ``Sec-Fetch-Site`` of the service's own pages, and of what the user typed."""


class OriginCheck:
    """Refuses requests of other origins: no page of a stranger may have this service read a picture.

    Browsers send forms to any origin without asking, and only hide the answer from the page. They say in ``Origin`` and
    ``Sec-Fetch-Site`` where a request comes from; other clients send neither, and are not concerned.

    Parameters
    ----------
    settings
        Of the service.
    """

    def __init__(self, settings: Settings) -> None:
        self._names = frozenset(name.lower() for name in settings.allowed_hosts) - {ANY_HOST}

    def check(self, origin: bytes | None, site: bytes | None, host: bytes) -> None:
        """Check the headers of a request that is not GET or HEAD.

        Parameters
        ----------
        origin, site
            Values of ``Origin`` and ``Sec-Fetch-Site``, if there are any.
        host
            Value of ``Host``.

        Raises
        ------
        Refusal
            403 if it comes from another origin.
        """
        if origin is not None:
            # The scheme is not compared: a proxy that ends TLS gets https and sends http.
            name = origin.decode("latin-1").lower().partition("://")[2]
            if name == host.decode("latin-1").lower() or split_port(name) in self._names:
                return
        elif site is None or site in _OWN_SITES:
            return
        raise Refusal(
            403,
            "pages of other origins cannot use this service; open its own page, or send requests from a program",
            "origin",
        )
