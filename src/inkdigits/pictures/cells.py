"""Printed boxes, combs and grids: where their cells are, and the writing in each without the print."""
