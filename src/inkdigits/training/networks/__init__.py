"""Keras networks: the classifiers and the digit detector."""
