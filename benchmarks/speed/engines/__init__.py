"""Modules of `benchmarks.speed.inference`: the calls of each engine, in processes of their own."""
