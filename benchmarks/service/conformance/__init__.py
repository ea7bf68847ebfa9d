"""The service against its OpenAPI document, for `benchmarks.service.api_conformance`."""
