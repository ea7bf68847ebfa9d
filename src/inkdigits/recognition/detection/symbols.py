"""The classes of the digit detector, and the geometry of its output."""

SYMBOLS = (*"0123456789", ".", ",", "-", "/", ":", "+", "×", "other")
"""The classes, in the order of the output: ten digits, seven separators and signs, and ``other``."""

N_SYMBOLS = len(SYMBOLS)

OTHER = N_SYMBOLS - 1
"""Class of ink that is none of the other symbols: letters, currency signs, crosses in unused boxes."""

CELL_HEIGHT, CELL_WIDTH = 8, 4
"""Height and width, in pixels of the input, of one cell of the output."""

N_ORIENTATIONS = 4
"""Number of orientations of a symbol: upright, and rotated counter-clockwise by one, two or three quarter turns."""

N_OUTPUTS = 1 + N_SYMBOLS + 4 + 1 + N_ORIENTATIONS
"""Length of the output vector of a cell: logit of an object centre, class logits, four distances to the box, logit of
print, logits of the orientations."""

DIGIT_HEIGHT = 24
"""Height of a digit, in pixels of the input, at which the detector is most accurate."""
