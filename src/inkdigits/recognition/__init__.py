"""A digit image becomes a reading: which digit, how surely, or why not."""
