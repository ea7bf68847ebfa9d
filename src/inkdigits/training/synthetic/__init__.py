"""Synthetic training images: digits from stroke models and fonts, and non-digits."""
