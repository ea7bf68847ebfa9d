"""Drawn scenes that the digit detector is trained on: writing on paper, seen by a camera, with a box around each symbol."""
