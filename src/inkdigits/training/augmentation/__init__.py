"""Augmentation of digit images by sequences of small operations."""
