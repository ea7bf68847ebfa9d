"""A user's own numbers: aligning labels with candidates, against every alignment; windows that keep their boxes."""

from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.training.detector.own_pictures import OwnPicture, align, own_window
from inkdigits.training.scenes.lines import PlacedSymbol


def candidates(n: int, rng: np.random.Generator) -> Detections:
    logits = 2 * rng.standard_normal((n, N_SYMBOLS))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    boxes = np.stack([20 * np.arange(n), np.zeros(n), 20 * np.arange(n) + 15, np.full(n, 24)], axis=1)
    presence = rng.uniform(0.2, 1.0, n)
    return Detections(
        presence.astype(np.float32),
        shares.astype(np.float32),
        boxes.astype(np.float32),
        np.zeros(n, np.float32),
        np.zeros((n, 4), np.float32),
    )


@given(seed=st.integers(0, 10_000), n=st.integers(1, 6), m=st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_the_alignment_is_the_likeliest_of_all(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    found, label = candidates(n, rng), "".join(map(str, rng.integers(0, 10, m)))
    digits = TextLine.from_detections(found).digit_probabilities
    best, best_chance = None, -1.0
    for places in combinations(range(n), m):
        chance = 1.0
        for i in range(n):
            chance *= digits[i, int(label[places.index(i)])] if i in places else digits[i, 10]
        if chance > best_chance:
            best, best_chance = places, chance
    aligned = align(found, label)
    if best is None:
        assert aligned is None
    elif all(digits[i, int(digit)] > 0.004 for i, digit in zip(best, label, strict=True)):
        assert aligned is not None
        assert tuple(aligned.tolist()) == best


def test_a_digit_that_is_nowhere_leaves_the_picture_out() -> None:
    rng = np.random.default_rng(0)
    found = candidates(2, rng)
    classes = np.zeros((2, N_SYMBOLS), np.float32)
    classes[:, 3] = 1.0
    sure = replace(found, classes=classes)
    assert align(sure, "35") is None
    assert align(sure, "333") is None


@pytest.mark.parametrize("seed", range(5))
def test_boxes_move_with_their_ink(seed: int) -> None:
    grey = np.full((40, 200), 220, np.uint8)
    cv2.rectangle(grey, (80, 8), (95, 32), 30, -1)
    picture = OwnPicture(grey, (PlacedSymbol(4, (80, 8, 16, 25), False),))
    window = own_window(picture, (48, 160), np.random.default_rng(seed))
    assert window.image.shape == (48, 160)
    (symbol,) = window.symbols
    x, y, w, h = symbol.box
    ink = np.abs(window.image.astype(int) - int(np.median(window.image))) > 60
    if ink.any():
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert rows[0] >= y - 2
        assert rows[-1] <= y + h + 2
        assert columns[0] >= x - 2
        assert columns[-1] <= x + w + 2
