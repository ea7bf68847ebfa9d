"""Batches of synthetic windows, drawn by worker processes in parallel to the training."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.data.labelled import LabelledImages
from inkdigits.training.detector.own_pictures import OwnPicture, own_window
from inkdigits.training.scenes.cameras import STRONG, Degradation
from inkdigits.training.scenes.sources import SymbolSources, load_symbol_sources
from inkdigits.training.scenes.windows import SHAPES, draw_window, make_targets

BATCH = 64
"""Number of windows in a batch."""

Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]
"""Pictures ``uint8`` (BATCH, h, w), and their targets, see `make_targets`."""

_N_PROCESSES = 2

_AGAIN = 61
"""Each batch is used a second time after this number of drawn batches, as a negative with another exposure. Drawing
takes as much time as training, so the reuse gives more steps in the same time. The number is one more than a multiple
of the number of shapes, so consecutive batches have different shapes: Keras treats the axes that are equal in the first
two batches as constant."""

_ONE_IN = 4
"""One window of this number is from a user's own pictures, if there are any."""

_AHEAD = 12
"""Number of batches to draw in advance."""


def training_batches(
    digits: LabelledImages,
    seed: int,
    first: int,
    last: int,
    own: Sequence[OwnPicture] = (),
    degradation: Degradation = STRONG,
) -> Iterator[Batch]:
    """Yield the batches of a range of training steps.

    A batch depends only on the seed, its step, the degradation and the user's own pictures.

    Parameters
    ----------
    digits
        Digit images for the drawing.
    seed
        Random seed.
    first, last
        The first step, and the step after the last one.
    own
        A user's own pictures; a quarter of each batch is cut from them.
    degradation
        The limits of the degradation of the windows.
    """
    kept: dict[int, Any] = {}
    with multiprocessing.get_context("spawn").Pool(_N_PROCESSES, _start, (digits,)) as pool:
        for step in range(first, last):
            for wanted in range(step, min(step + _AHEAD, last)):
                drawn, _ = _drawing_of(wanted)
                if drawn not in kept:
                    kept[drawn] = pool.apply_async(_draw, (seed, drawn, degradation))
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
    """Replace some of the drawn windows by windows of a user's own pictures."""
    images, targets = images.copy(), targets.copy()
    for place in range(0, len(images), _ONE_IN):
        window = own_window(own[int(rng.integers(len(own)))], (images.shape[1], images.shape[2]), rng)
        images[place], targets[place] = window.image, make_targets(window)
    return images, targets


def _drawing_of(step: int) -> tuple[int, bool]:
    """Return the index of the drawn batch of a step, and whether it is its second use."""
    if step % 2 == 0:
        return step // 2, False
    earlier = step // 2 - _AGAIN
    return earlier, earlier >= 0


def _exposed(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the negatives of pictures, each with a random exposure."""
    levels = (np.arange(256) / 255)[np.newaxis] ** np.exp(rng.uniform(-0.5, 0.5, (len(images), 1)))
    curves = ((1 - levels) * 255).astype(np.uint8)
    return np.stack([curve[image] for curve, image in zip(curves, images, strict=True)])


_OF_PROCESS: list[SymbolSources] = []
"""The symbol sources of a worker process."""


def _start(digits: LabelledImages) -> None:
    # Ctrl-C is sent to every process of the terminal; the training process terminates the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    _OF_PROCESS[:] = [load_symbol_sources(digits)]


def _draw(seed: int, number: int, degradation: Degradation) -> Batch:
    rng = np.random.default_rng((seed, number % 2**32))
    shape = SHAPES[number % len(SHAPES)]
    windows = [draw_window(shape, _OF_PROCESS[0], rng, degradation=degradation) for _ in range(BATCH)]
    return np.stack([each.image for each in windows]), np.stack([make_targets(each) for each in windows])
