"""Engines that are only compared with those of inkdigits."""
