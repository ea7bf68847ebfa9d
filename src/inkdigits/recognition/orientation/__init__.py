"""Orientation of a page: quarter turns and slope, estimated and corrected."""
