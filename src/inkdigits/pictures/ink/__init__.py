"""Ink maps: polarity, background, removal of shadows and of ruled lines."""
