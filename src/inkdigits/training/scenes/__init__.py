"""Synthetic scenes for the training of the detector: writing on paper, with a box for each symbol."""
