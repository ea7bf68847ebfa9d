"""Printed boxes, combs and grids with one digit per cell."""
