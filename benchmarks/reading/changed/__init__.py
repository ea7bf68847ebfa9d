"""Readings of real pictures that are changed."""
