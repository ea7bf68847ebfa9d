"""Geometry of pictures: transforms, and the rectification of sheets, forms and grids."""
