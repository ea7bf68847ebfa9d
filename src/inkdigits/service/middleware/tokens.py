"""The bearer token."""

import hmac

from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

PUBLIC_PATHS = frozenset(
    (
        "/",
        "/docs",
        "/openapi.json",
        "/favicon.ico",
        "/health/live",
        "/health/ready",
        "/v2/health/live",
        "/v2/health/ready",
    )
)
"""Paths without a token: health for those who restart the service, and files that every installation has. The page
asks for the token and sends it with what it reads; metrics and names of models need it."""

PUBLIC_PREFIXES = ("/page/", "/docs/")
"""Beginnings of further paths without a token: the files of the page and of the documentation."""


def is_public(path: str) -> bool:
    """Return whether a path needs no token, and is served while the models are loaded."""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_PREFIXES)


class TokenCheck:
    """Refuses requests without the token, if there is one.

    Parameters
    ----------
    settings
        Of the service.
    """

    def __init__(self, settings: Settings) -> None:
        self._token = None if settings.token is None else settings.token.encode()

    def check(self, path: str, authorization: bytes | None) -> None:
        """Check a request.

        Parameters
        ----------
        path
            Decoded path of the request, as the routes match it.
        authorization
            Value of the header ``Authorization``, if there is one.

        Raises
        ------
        Refusal
            401 if the token is missing or wrong.
        """
        if self._token is None or is_public(path):
            return
        scheme, _, given = (authorization or b"").partition(b" ")
        # In constant time: the time of an ordinary comparison tells how many characters are right.
        is_right = hmac.compare_digest(given.strip(), self._token)
        if not (is_right and scheme.lower() == b"bearer"):
            came = "a wrong one came" if authorization else "none came"
            raise Refusal(
                401,
                f"expected the header  Authorization: Bearer TOKEN  with the token of this service, but {came}",
                "token",
                {"WWW-Authenticate": 'Bearer realm="inkdigits"'},
            )
