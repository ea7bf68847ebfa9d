"""The Open Inference Protocol, version 2, over HTTP: classifiers of digit images for clients of KServe and Triton.

The part of the protocol over gRPC is not offered.
"""

from starlette.routing import Route

from inkdigits.service.resources import Resources
from inkdigits.service.v2 import metadata
from inkdigits.service.v2.inference import InferenceEndpoint


def create_routes(resources: Resources) -> list[Route]:
    """Return the routes of the protocol."""
    infer = InferenceEndpoint(resources)
    routes = []
    for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        routes += [
            Route(f"{model}/infer", infer, methods=["POST"]),
            Route(f"{model}/ready", metadata.report_model_ready),
            Route(model, metadata.describe_model),
        ]
    return [
        *routes,
        Route("/v2/health/live", metadata.report_live),
        Route("/v2/health/ready", metadata.report_ready),
        Route("/v2", metadata.describe_server),
    ]
