"""Digits and non-digits that nobody wrote: stroke models, fonts and invented negatives for training."""
