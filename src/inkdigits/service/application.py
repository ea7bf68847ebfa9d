"""The application: routes and middleware composed."""

from starlette.datastructures import State
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from inkdigits.service import operations, page, v1, v2
from inkdigits.service.gauges import ResourceCollector
from inkdigits.service.middleware.gate import Gate
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.resources import Resources

_V1_PREFIXES = ("/v1/", "/docs", "/openapi.json")
"""Beginnings of the paths that the application of ``/v1`` answers."""


class Routes:
    """All routes. Exceptions pass through: the gate makes answers of them.

    Parameters
    ----------
    resources
        What the routes use.

    Attributes
    ----------
    state
        Has the attribute ``resources``.
    """

    def __init__(self, resources: Resources) -> None:
        self.state = State({"resources": resources})
        self._v1 = v1.create_application(resources)
        # A bare router: the middleware of Starlette's application costs 15 microseconds a request, and the gate does
        # what it does. The most used routes come first.
        routes = [*v2.create_routes(resources), *page.create_routes(), *operations.create_routes()]
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["path"].startswith(_V1_PREFIXES):
            await self._v1(scope, receive, send)
        else:
            scope["app"] = self
            await self._router(scope, receive, send)


def create_application(resources: Resources, journal: Journal) -> ASGIApp:
    """Return the application.

    Parameters
    ----------
    resources
        What the routes use; they may be started later.
    journal
        Where requests are recorded.
    """
    resources.metrics.registry.register(ResourceCollector(resources))
    return Gate(Routes(resources), resources.settings, resources.lifecycle, journal)
