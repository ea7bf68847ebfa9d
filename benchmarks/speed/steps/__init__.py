"""Modules of `benchmarks.speed.training`: matrix products and the profile of a training step."""
