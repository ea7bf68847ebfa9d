"""Batches of drawn windows: drawn by processes of their own while the network trains on those before."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.data.labelled import LabelledImages
from inkdigits.training.detector.own_pictures import OwnPicture, own_window
from inkdigits.training.scenes.stock import Stock, make_stock
from inkdigits.training.scenes.windows import SHAPES, draw_window, targets_of

BATCH = 64
"""Windows in a batch."""

Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]
"""Pictures ``uint8`` (BATCH, h, w), and their targets, see `targets_of`."""

_N_PROCESSES = 2

_AGAIN = 61
"""How many drawn batches later a batch comes once more, as a negative with another exposure. Drawing costs as much as
training, so this gives half as many steps again in the same time. One more than a multiple of the number of shapes, so
that no two batches in a row have the same shape: Keras takes what the first two have in common for fixed."""

_ONE_IN = 4
"""One window in so many is of a user's own pictures, where there are any."""

_AHEAD = 12
"""Batches that may wait to be trained on."""


def training_batches(
    digits: LabelledImages, seed: int, first: int, last: int, own: Sequence[OwnPicture] = ()
) -> Iterator[Batch]:
    """Yield the batches of some steps of a training.

    Each depends on the seed, its step and the user's own pictures alone.

    Parameters
    ----------
    digits
        Digit images to draw with.
    seed
        Random seed.
    first, last
        The first step, and the one after the last.
    own
        A user's own pictures, of which a quarter of each batch is taken.
    """
    kept: dict[int, Any] = {}
    with multiprocessing.get_context("spawn").Pool(_N_PROCESSES, _start, (digits,)) as pool:
        for step in range(first, last):
            for wanted in range(step, min(step + _AHEAD, last)):
                drawn, _ = _drawing_of(wanted)
                if drawn not in kept:
                    kept[drawn] = pool.apply_async(_draw, ((seed, drawn),))
            drawn, is_again = _drawing_of(step)
            images, targets = kept[drawn].get()
            if is_again:
                images = _exposed(images, np.random.default_rng((seed, step, 1)))
            yield (
                _with_own(images, targets, own, np.random.default_rng((seed, step, 2)))
                if own
                else (images, targets)
            )
            for old in [number for number in kept if number < drawn - 2 * _AGAIN]:
                del kept[old]


def _with_own(
    images: NDArray[np.uint8],
    targets: NDArray[np.float32],
    own: Sequence[OwnPicture],
    rng: np.random.Generator,
) -> Batch:
    """Put windows of a user's own pictures in the place of some of the drawn ones."""
    images, targets = images.copy(), targets.copy()
    for place in range(0, len(images), _ONE_IN):
        window = own_window(own[int(rng.integers(len(own)))], (images.shape[1], images.shape[2]), rng)
        images[place], targets[place] = window.image, targets_of(window)
    return images, targets


def _drawing_of(step: int) -> tuple[int, bool]:
    """Return which drawn batch a step trains on, and whether that is for the second time."""
    if step % 2 == 0:
        return step // 2, False
    earlier = step // 2 - _AGAIN
    return earlier, earlier >= 0


def _exposed(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return pictures as negatives, each with an exposure of its own."""
    levels = (np.arange(256) / 255)[np.newaxis] ** np.exp(rng.uniform(-0.5, 0.5, (len(images), 1)))
    curves = ((1 - levels) * 255).astype(np.uint8)
    return np.stack([curve[image] for curve, image in zip(curves, images, strict=True)])


_OF_PROCESS: list[Stock] = []
"""The stock of a drawing process."""


def _start(digits: LabelledImages) -> None:
    # Ctrl-C reaches every process of the terminal; the training one stops these.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    _OF_PROCESS[:] = [make_stock(digits)]


def _draw(seed_and_number: tuple[int, int]) -> Batch:
    seed, number = seed_and_number
    rng = np.random.default_rng((seed, number % 2**32))
    shape = SHAPES[number % len(SHAPES)]
    windows = [draw_window(shape, _OF_PROCESS[0], rng) for _ in range(BATCH)]
    return np.stack([each.image for each in windows]), np.stack([targets_of(each) for each in windows])
