"""Modules of the speed benchmarks: timing of whole processes, matrix products, profiles."""
