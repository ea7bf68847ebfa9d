"""The budget of one picture: how many pixels are scanned at most, whatever it shows."""

MAX_SCANNED_PIXELS = 12_000_000
"""Pixels that all scans of one picture have at most, 4 s of one core. The 177 real pages, boxes and sudokus need 0.1 to
8.7 million, a table of 160 numbers with rules 11 million: with 10 million, 130 of its numbers were right, with 12
million 147. Strokes in all directions, among which false grids and slopes are found, would need 24 million."""


class BudgetExceededError(Exception):
    """A scan would exceed the budget of its picture; the picture is read from the scans so far."""


class ScanBudget:
    """A number of pixels that may still be scanned.

    Parameters
    ----------
    n_pixels
        The number at the beginning.
    """

    def __init__(self, n_pixels: int = MAX_SCANNED_PIXELS) -> None:
        self._n_left = n_pixels
        self.is_exceeded = False

    def spend(self, n_pixels: int) -> None:
        """Subtract the pixels of a scan.

        Raises
        ------
        BudgetExceededError
            If fewer are left; smaller scans may still follow.
        """
        if n_pixels > self._n_left:
            self.is_exceeded = True
            raise BudgetExceededError
        self._n_left -= n_pixels
