"""Read real pictures, each changed in a way, in one process for each core."""

import csv
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import inkdigits
from benchmarks.command_line import find_real_pictures
from benchmarks.reading.real import judge
from inkdigits.pictures.io.decode import decode

Pixels = NDArray[np.uint8]
Change = Callable[[Pixels], Pixels]


@dataclass(frozen=True)
class ChangedPicture:
    """A real picture and a change of it.

    Attributes
    ----------
    path, label, kind
        The picture, its label, and its kind, see `benchmarks.reading.real`.
    change
        A function of its pixels, ``uint8`` (h, w) or (h, w, 3), that returns the changed ones.
    """

    path: Path
    label: str
    kind: str
    change: Change


def list_pictures(kind: str, step: int = 1) -> list[tuple[Path, str]]:
    """Return the path and the label of every ``step``-th real picture of a kind."""
    folder = find_real_pictures(kind)
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return [(folder / row["file"], row["label"]) for row in list(csv.DictReader(file))[::step]]


def read_changed(
    pictures: Iterable[ChangedPicture], layouts: dict[str, str], detector: Path | None = None
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the text and the figures of each picture, in their order; see `judge`.

    Parameters
    ----------
    pictures
        The pictures.
    layouts
        The layout of each kind.
    detector
        An ``.onnx`` file; by default the shipped detector.
    """
    tasks = ((picture, layouts[picture.kind]) for picture in pictures)
    context = multiprocessing.get_context("spawn")
    with context.Pool(os.cpu_count(), _start, (detector,)) as pool:
        yield from pool.imap(_read, tasks)


_OF_PROCESS: list[inkdigits.Reader] = []
"""The reader of a worker process."""


def _start(detector: Path | None) -> None:
    cv2.setNumThreads(1)
    _OF_PROCESS[:] = [inkdigits.Reader(n_threads=1, detector=detector)]


def _read(task: tuple[ChangedPicture, str]) -> tuple[str, dict[str, float]]:
    picture, layout = task
    reading = _OF_PROCESS[0].read(picture.change(decode(picture.path).pixels), layout=layout)
    return reading.text, judge(reading, picture.kind, picture.label)
