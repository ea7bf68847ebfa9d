"""The symbols that the digit detector knows: ten digits, seven separators and signs, and anything else."""

SYMBOLS = (*"0123456789", ".", ",", "-", "/", ":", "+", "×", "other")
"""The classes of the detector, in the order of its answers."""

N_SYMBOLS = len(SYMBOLS)

OTHER = N_SYMBOLS - 1
"""The class of ink that is none of the other symbols: letters, currency signs, crosses in unused boxes."""

CELL_HEIGHT, CELL_WIDTH = 8, 4
"""Pixels of the picture to one cell of the detector's answer."""

DIGIT_HEIGHT = 24
"""Height, in pixels, of a digit as the detector sees it best."""
