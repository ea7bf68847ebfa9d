"""The HTTP service: throughput, hostile requests, its shutdown, its OpenAPI document, its image and its page."""
