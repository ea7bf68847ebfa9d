"""The HTTP service: throughput, hostile requests, its end, its OpenAPI document, its image and its page."""
