"""Printed boxes, combs and grids for single digits."""
