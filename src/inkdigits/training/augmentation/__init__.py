"""Augmentation of digit images."""
