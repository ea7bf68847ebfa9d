"""Engines that are only compared with those of inkdigits."""

import inkdigits.training  # noqa: F401  (loads Keras without the log of TensorFlow)
