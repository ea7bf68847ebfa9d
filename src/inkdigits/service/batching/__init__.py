"""Batching: the rows of concurrent requests share a forward pass of a model."""
