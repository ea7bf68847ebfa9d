"""The routes for those who operate the service: health and metrics."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import find_resources

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Media type of Prometheus's text format."""


def create_routes() -> list[Route]:
    """Return the routes ``/health/live``, ``/health/ready`` and ``/metrics``."""
    return [
        Route("/health/live", report_live),
        Route("/health/ready", report_ready),
        Route("/metrics", report_metrics),
    ]


async def report_live(request: Request) -> Response:
    """Answer that the process runs."""
    return Response(b'{"live": true}', media_type="application/json")


async def report_ready(request: Request) -> Response:
    """Answer whether requests should be sent here."""
    lifecycle = find_resources(request).lifecycle
    if not lifecycle.is_ready:
        raise Refusal(
            503, f"the service is {lifecycle.phase.value}", lifecycle.phase.value, {"Retry-After": "1"}
        )
    return Response(b'{"ready": true}', media_type="application/json")


async def report_metrics(request: Request) -> Response:
    """Answer with all metrics for Prometheus."""
    return Response(find_resources(request).metrics.render(), media_type=METRICS_TYPE)
