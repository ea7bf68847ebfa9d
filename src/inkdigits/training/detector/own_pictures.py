"""Training windows from a user's own pictures of numbers, for which only the digits are known, not their boxes.

The shipped detector proposes symbols, and the digits of the label are aligned with them. Aligned symbols become
training targets with boxes. Other detected digits are ignored in the loss, because they are not in the label.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.data.labelled import LabelledPictures
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import PictureError
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.scan import compute_border_level, convert_to_grey
from inkdigits.recognition.detection.search import estimate_digit_height
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT
from inkdigits.recognition.layout.text_lines import find_main_line, group_lines
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.training.scenes.framing import IGNORED
from inkdigits.training.scenes.lines import PlacedSymbol
from inkdigits.training.scenes.windows import Window

_LEAST = 0.003
"""Smallest probability of a digit of the label in the best alignment; pictures below it are skipped."""


@dataclass(frozen=True)
class OwnPicture:
    """A picture with its symbols.

    Attributes
    ----------
    grey
        ``uint8`` (h, w), scaled to a digit height of about `DIGIT_HEIGHT` pixels.
    symbols
        Its symbols; of the class `IGNORED` if detector and label disagree.
    """

    grey: NDArray[np.uint8]
    symbols: tuple[PlacedSymbol, ...]


def align_pictures(data: LabelledPictures, progress: Progress | None = None) -> list[OwnPicture]:
    """Locate the digits of each label in its picture.

    Parameters
    ----------
    data
        Pictures with labels of one or several digits.
    progress
        Called as ``progress(message, done, total)``.

    Returns
    -------
    list of OwnPicture
        The pictures in which all digits were found.
    """
    progress = progress or ignore_progress
    detector, aligned = load_shipped_detector(), []
    pages = data.pages or (None,) * len(data)
    for i, (path, label, page) in enumerate(zip(data.paths, data.labels, pages, strict=True)):
        progress("Aligning your numbers", i + 1, len(data))
        try:
            grey = convert_to_grey(decode(path).pixels)
        except PictureError:
            continue  # counted as not aligned
        found = locate(grey, detector, one_size=page is None)
        lines = [find_main_line(found)] if page is None else group_lines(found)
        order = np.concatenate(lines) if lines else np.zeros(0, np.int64)
        places = align(found[order], label)
        height = estimate_digit_height(found)
        if places is not None and height is not None:
            aligned.append(_own_picture(grey, found, order[places], label, DIGIT_HEIGHT / height))
    return aligned


def align(found: Detections, label: str) -> NDArray[np.int64] | None:
    """Align the candidates, in reading order, with the digits of a label.

    Parameters
    ----------
    found
        Candidates in reading order.
    label
        Digits.

    Returns
    -------
    ndarray or None
        Indices of the candidates, ``int64`` (len(label),), increasing; None if a digit has no probable candidate.

    Notes
    -----
    The most probable alignment, by dynamic programming (Viterbi): each candidate is the next digit of the label, or
    none.
    """
    n, m = len(found), len(label)
    if m == 0 or n < m:
        return None
    digits = TextLine.from_detections(found).digit_probabilities
    as_digit = np.log(np.maximum(digits[:, [int(character) for character in label]], 1e-9))
    as_none = np.log(np.maximum(digits[:, N_CLASSES], 1e-9))
    best = np.full((n + 1, m + 1), -np.inf)
    best[:, 0] = np.concatenate([[0.0], np.cumsum(as_none)])
    for i in range(n):
        best[i + 1, 1:] = np.maximum(best[i, 1:] + as_none[i], best[i, :-1] + as_digit[i])
    places, j = [], m
    for i in range(n, 0, -1):
        if j and best[i, j] == best[i - 1, j - 1] + as_digit[i - 1, j - 1]:
            j -= 1
            if as_digit[i - 1, j] < np.log(_LEAST):
                return None
            places.append(i - 1)
    return np.array(places[::-1], np.int64) if j == 0 else None


def _own_picture(
    grey: NDArray[np.uint8], found: Detections, places: NDArray[np.int64], label: str, scale: float
) -> OwnPicture:
    height, width = grey.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    known = dict(zip(places.tolist(), map(int, label), strict=True))
    symbols = []
    for i in range(len(found)):
        left, top, right, bottom = (found.boxes[i] * scale).round().astype(int).tolist()
        symbol = int(found.classes[i].argmax())
        if i in known:
            symbol = known[i]
        elif symbol < N_CLASSES or found.presence[i] < 0.5:
            symbol = IGNORED
        box = (left, top, max(1, right - left), max(1, bottom - top))
        symbols.append(PlacedSymbol(symbol, box, bool(found.printed[i] > 0.5)))
    return OwnPicture(np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8), tuple(symbols))


def own_window(picture: OwnPicture, shape: tuple[int, int], rng: np.random.Generator) -> Window:
    """Cut a window from a picture at a random position and scale, sometimes as a negative.

    Parameters
    ----------
    picture
        The picture.
    shape
        Height and width of the window, in pixels.
    rng
        The random generator.
    """
    height, width = shape
    scale, slant = float(np.exp(rng.normal(0.0, 0.15))), float(rng.normal(0.0, 0.08))
    tall, wide = picture.grey.shape[0] * scale, picture.grey.shape[1] * scale
    x = rng.uniform(min(0.0, width - wide), max(0.0, width - wide))
    y = rng.uniform(min(0.0, height - tall), max(0.0, height - tall))
    matrix = np.array([[scale, -slant * scale, x + slant * tall / 2], [0.0, scale, y]])
    image = cv2.warpAffine(
        picture.grey,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderValue=compute_border_level(picture.grey),
    )
    image = np.asarray(
        cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.0)) if rng.random() < 0.3 else image, np.uint8
    )
    levels = (np.arange(256) / 255) ** np.exp(rng.uniform(-0.5, 0.5))
    if rng.random() < 0.3:
        levels = 1 - levels
    symbols = []
    for each in picture.symbols:
        left, top, w, h = each.box
        corners = matrix @ np.array(
            [[left, left + w, left, left + w], [top, top, top + h, top + h], [1, 1, 1, 1]]
        )
        low, high = corners.min(axis=1).round().astype(int), corners.max(axis=1).round().astype(int)
        symbols.append(
            PlacedSymbol(
                each.symbol,
                (int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])),
                each.printed,
            )
        )
    return Window((levels * 255).astype(np.uint8)[image], tuple(symbols))
