"""Files that survive power cuts, failing writes and killed processes."""
