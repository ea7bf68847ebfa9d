"""The service against its OpenAPI document, for `benchmarks/api_conformance.py`."""
