"""Decoding, ink maps, rectification, and digit images in MNIST's normal form."""
