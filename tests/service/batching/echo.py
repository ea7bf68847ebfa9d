"""A model whose scores show which images it got, and batchers of it."""

import asyncio
import threading
import time

import numpy as np

from inkdigits.contract import SIDE, Scores
from inkdigits.errors import ModelError
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import BatchLimits
from inkdigits.service.batching.pace import Pace

IN_LOOP, IN_THREAD = 1e-9, 1.0
"""Seconds of a row with which a batcher runs passes in the event loop, or in a thread."""


def make_images(*values):
    """Return images that are filled with these values."""
    return np.stack([np.full((SIDE, SIDE), value, np.uint8) for value in values])


class Echo:
    """A recogniser whose ``is_digit`` is the first pixel; it can be held, and refuses images of one value."""

    def __init__(self, refused=None):
        self.batches = []
        self.refused = refused
        self.gate = threading.Event()
        self.gate.set()

    def score(self, images):
        self.batches.append(images[:, 0, 0].tolist())
        assert self.gate.wait(60)
        if self.refused in self.batches[-1]:
            raise ModelError("expected another image")
        values = images[:, 0, 0].astype(np.float32)
        return Scores(np.repeat(values[:, None], 10, axis=1), values)


def make_batcher(recogniser, seconds_per_row=IN_LOOP, **limits):
    batcher = Batcher(recogniser, BatchLimits(**limits), Pace(seconds_per_row))
    if seconds_per_row == IN_THREAD:
        batcher.pace.seconds_per_row = IN_LOOP  # the time decides the thread only
    return batcher


async def score(batcher, *values, seconds=100.0):
    """Submit images and return the first pixels that their scores show."""
    return (await batcher.submit(make_images(*values), seconds).wait()).is_digit.tolist()


async def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.001)
