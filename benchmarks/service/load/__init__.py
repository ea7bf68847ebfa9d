"""Servers to compare, and a load generator, for `benchmarks.service.throughput`."""
