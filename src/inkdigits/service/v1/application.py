"""The FastAPI application of ``/v1``."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources
from inkdigits.service.v1 import documentation, listing, openapi, reading
from inkdigits.service.v1.query import describe_wrong_query


class Application(FastAPI):
    """The application of ``/v1``, ``/openapi.json`` and ``/docs``. Refusals and other exceptions pass through.

    Parameters
    ----------
    resources
        What the routes use.
    """

    def __init__(self, resources: Resources) -> None:
        super().__init__(
            title="inkdigits",
            version=version("inkdigits"),
            description=openapi.DESCRIPTION,
            servers=[{"url": "."}],  # relative to the document: a proxy may add a prefix
            docs_url=None,  # FastAPI's own page loads its files from elsewhere
            redoc_url=None,
            redirect_slashes=False,
        )
        self.state.resources = resources
        for router in (reading.router, listing.router, documentation.router):
            self.include_router(router)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the routes without the middleware that makes answers of exceptions: the gate does so."""
        return AsyncExitStackMiddleware(self.router)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises
        ------
        Refusal
            If the request is refused.
        HTTPException
            If no route matches.
        """
        try:
            await super().__call__(scope, receive, send)
        except RequestValidationError as error:
            raise Refusal(422, describe_wrong_query(error), "wrong_option") from error

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document; it contains the names of the models and rosters."""
        return openapi.complete(super().openapi(), self.state.resources)


def create_application(resources: Resources) -> FastAPI:
    """Return the application with these resources."""
    return Application(resources)
