"""The digit detector: its network, its loss, and its training on drawn scenes."""
