"""``/v1``: pictures in, readings out; with its OpenAPI document and the page ``/docs``."""

from inkdigits.service.v1.application import create_application

__all__ = ["create_application"]
