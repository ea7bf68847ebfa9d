"""Coordinate transforms, and the rectification of sheets, forms and grids."""
