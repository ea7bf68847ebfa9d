"""What the columns of a strip of writing say, read by one network that sees the whole number at once.

The network of numbers goes over a strip from left to right and says for every column which symbol has its middle
there, or that none has. It knows touching digits from one wide digit better than any crop can tell, since it sees
the neighbours too; where digits end, and how sure each is, it does not say: the lattice does.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import ModelError
from inkdigits.recognition.card import METADATA_KEY, ModelCard
from inkdigits.recognition.onnx_recogniser import open_session

HEIGHT = 32
"""Rows of a strip as the network takes it."""

DIGIT_HEIGHT = 21
"""Rows of a digit in it."""

STRIDE = 2
"""Pixels to a column of its answer."""

BLANK = 0
"""The symbol of a column that holds no middle."""

FIRST_DIGIT = 1
"""The symbol of the digit 0; those of the others follow."""

OTHER = 11
"""The symbol of a letter, a sign or a scribble."""

N_SYMBOLS = 12

_MARGIN = 8
"""Empty pixels left and right of a strip."""

_LEAST = 1e-5
"""The least probability of a symbol that is reckoned with."""

SHIPPED = Path(__file__).parent / "models" / "strips" / "numbers.onnx"
"""The network that comes with the package."""

Floats = NDArray[np.float64]


class NumberNetwork:
    """The network of numbers, loaded.

    Parameters
    ----------
    path
        Its ``.onnx`` file; by default the one that comes with the package.

    Raises
    ------
    ModelError
        If the file is missing, damaged, or a model of another kind.
    """

    def __init__(self, path: Path = SHIPPED) -> None:
        # One thread: a strip takes a millisecond, and threads would fight with those of other strips.
        self._session = open_session(path, n_threads=1)
        takes = [(each.name, each.type) for each in self._session.get_inputs()]
        if takes != [("strips", "tensor(uint8)")]:
            raise ModelError(
                f"{path} is a model of another kind: expected one input strips, uint8 (n, {HEIGHT}, w)"
            )
        card = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self.card = ModelCard(name=path.stem) if card is None else ModelCard.from_json(card)

    def logits(self, strips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score strips, ``uint8`` (n, HEIGHT, w) with w even; return ``float32`` (n, w / STRIDE, N_SYMBOLS)."""
        answer: NDArray[np.float32] = self._session.run(None, {"strips": strips})[0]
        return answer


@functools.cache
def number_network() -> NumberNetwork:
    """Return the network of numbers that comes with the package, loaded once."""
    return NumberNetwork()


@dataclass(frozen=True)
class Columns:
    """What the columns of one strip say.

    Attributes
    ----------
    probabilities
        ``float64`` (t, N_SYMBOLS): of every symbol in every column.
    scale
        Columns to a pixel of the strip.
    """

    probabilities: Floats
    scale: float

    def column_at(self, x: float) -> int:
        """Return the column that holds a place of the strip, in pixels from its left edge."""
        column = round((x * self.scale) + _MARGIN / STRIDE)
        return min(max(column, 0), len(self.probabilities))

    def middles(self) -> list[float]:
        """Return where in the strip the middles of the likeliest symbols are, x from its left edge."""
        return [(column - _MARGIN / STRIDE) / self.scale for column, _ in middles_of(self.probabilities)]

    def evidence(self, ranges: NDArray[np.int64]) -> Floats:
        """Return what ranges of columns say, taken by themselves.

        Parameters
        ----------
        ranges
            ``int64`` (n, 2): first column, and the one after the last.

        Returns
        -------
        ndarray
            ``float64`` (n, N_SYMBOLS): log-probability that the range holds that symbol once and nothing else;
            of `BLANK`, that it holds nothing.
        """
        shares = np.concatenate([self.probabilities, np.zeros((1, N_SYMBOLS))])
        shares[-1, BLANK] = 1.0  # beyond the end of a range nothing is said
        longest = int((ranges[:, 1] - ranges[:, 0]).max(initial=0))
        before = np.ones((len(ranges), 1))
        within = np.zeros((len(ranges), N_SYMBOLS))
        after = np.zeros((len(ranges), N_SYMBOLS))
        for step in range(longest):
            column = ranges[:, 0] + step
            here = shares[np.where(column < ranges[:, 1], column, len(shares) - 1)]
            blank = here[:, BLANK : BLANK + 1]
            after = (after + within) * blank
            within = (within + before) * here
            before = before * blank
        said = within + after
        said[:, BLANK] = before[:, 0]
        return np.log(np.maximum(said, 1e-300))


def middles_of(columns: NDArray[np.floating[Any]]) -> list[tuple[float, int]]:
    """Return the symbols that are the likeliest column by column.

    Parameters
    ----------
    columns
        (t, N_SYMBOLS): probabilities or logits.

    Returns
    -------
    list of tuple
        The column of each symbol's middle, and the symbol.
    """
    best = columns.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    stops = np.append(starts[1:], len(best))
    return [
        (float(start + stop) / 2, int(best[start]))
        for start, stop in zip(starts, stops, strict=True)
        if best[start] != BLANK
    ]


def read_columns(ink: NDArray[np.uint8], height: float, top: float, base: float) -> Columns:
    """Read a strip with the network of numbers.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), level, ink 255 on paper 0.
    height
        Typical height of its digits, in pixels.
    top, base
        y of the top and the base of the line's digits.

    Returns
    -------
    Columns
    """
    scale = DIGIT_HEIGHT / height
    width = max(1, round(ink.shape[1] * scale))
    room = width + 2 * _MARGIN
    room += room % STRIDE
    strip = np.zeros((HEIGHT, room), np.uint8)
    tall = max(1, round(ink.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(ink, (width, tall), interpolation=method)
    shift = round(HEIGHT / 2 - (top + base) / 2 * tall / ink.shape[0])
    first, last = max(0, -shift), min(tall, HEIGHT - shift)
    if last > first:
        strip[first + shift : last + shift, _MARGIN : _MARGIN + width] = small[first:last]
    logits = number_network().logits(strip[np.newaxis])[0].astype(np.float64)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return Columns(np.maximum(shares, _LEAST), width / ink.shape[1] / STRIDE)
