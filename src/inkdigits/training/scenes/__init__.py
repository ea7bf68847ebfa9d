"""Drawn scenes that the digit detector is trained on: writing on paper, seen by a camera, each symbol with its box."""
