"""The application: middleware, routes and resources composed."""

import importlib.util

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from inkdigits.service import operations
from inkdigits.service.refusals import Refusal, answer_refusal
from inkdigits.service.resources import Resources


class Application:
    """The ASGI application of the service.

    Parameters
    ----------
    resources
        What the routes use. They are started by `inkdigits.service.server`.

    Attributes
    ----------
    state
        Has the attribute ``resources``.
    """

    def __init__(self, resources: Resources) -> None:
        self.state = State({"resources": resources})
        self._v1: ASGIApp | None = None
        routes = operations.create_routes()
        if importlib.util.find_spec("inkdigits.service.v2"):
            from inkdigits.service import v2

            routes += v2.create_routes(resources)
        if importlib.util.find_spec("inkdigits.service.v1"):
            from inkdigits.service import v1

            self._v1 = v1.create_application(resources)
        self._routes = Starlette(routes=routes, exception_handlers={Refusal: answer_refusal})
        self._routes.state.resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if (
            scope["type"] == "http"
            and self._v1 is not None
            and scope["path"].startswith(("/v1/", "/docs", "/openapi"))
        ):
            await self._v1(scope, receive, send)
        else:
            await self._routes(scope, receive, send)


def create_application(resources: Resources) -> ASGIApp:
    """Return the application with these resources."""
    return Application(resources)
