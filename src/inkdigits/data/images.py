"""Labelled images as arrays, and labelled picture files."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, check_labels
from inkdigits.data import idx
from inkdigits.errors import DataError, UsageError


@dataclass(frozen=True)
class LabelledImages:
    """Images of the same size, with their labels.

    Attributes
    ----------
    images
        ``uint8`` of shape (n, height, width); digit images are (n, 28, 28), ink 255 on
        background 0.
    labels
        ``int64`` of shape (n,), each from 0 to 9.
    name
        Name of the data set in results.

    Raises
    ------
    DataError
        If the arrays have another shape or dtype, or if their lengths differ.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    name: str

    def __post_init__(self) -> None:
        images = np.asarray(self.images)
        if images.dtype != np.uint8 or images.ndim != 3:
            raise DataError(
                f"images of {self.name} should be uint8 of shape (n, height, width), from 0 to 255, but are "
                f"{images.dtype} of shape {images.shape}; convert them first"
            )
        object.__setattr__(self, "images", images)
        try:
            object.__setattr__(self, "labels", check_labels(self.labels, len(images)))
        except DataError as error:
            raise DataError(f"{self.name}: {error}") from error

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | NDArray[Any] | Sequence[int]) -> "LabelledImages":
        """Return a subset of the images by a slice, a mask or indices; the name stays the same."""
        which = chosen if isinstance(chosen, slice) else np.asarray(chosen)
        return LabelledImages(self.images[which], self.labels[which], self.name)

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the images and the labels, each encoded as an IDX file."""
        digest = hashlib.sha256()
        for array in (self.images, self.labels.astype(np.uint8)):
            digest.update(idx.header(array.shape))
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def held_out(self, n: int) -> tuple["LabelledImages", "LabelledImages"]:
        """Split off the last ``n`` images.

        Returns
        -------
        fit, held_out
            All images but the last ``n``, and the last ``n``.

        Raises
        ------
        UsageError
            If one of the two parts would be empty.
        """
        if not 0 < n < len(self):
            raise UsageError(f"expected 1 to {len(self) - 1} held-out images of {len(self)}, but got {n}")
        return self[: len(self) - n], self[len(self) - n :]

    def split(self, share: float, seed: int = 0) -> tuple["LabelledImages", "LabelledImages"]:
        """Split off a random, stratified share of the images.

        Parameters
        ----------
        share
            Share of the images of each digit to split off, in (0, 1); at least one image if a digit has two or more.
        seed
            Random seed of the split.

        Returns
        -------
        fit, test
            The remaining images, and those split off, both in the original order.

        Raises
        ------
        DataError
            If no digit has two or more images.
        """
        rng = np.random.default_rng(seed)
        chosen = np.zeros(len(self), bool)
        for label in range(N_CLASSES):
            of_label = rng.permutation(np.flatnonzero(self.labels == label))
            if len(of_label) > 1:
                chosen[of_label[: max(1, round(len(of_label) * share))]] = True
        if not chosen.any():
            raise DataError(
                f"{self.name} cannot be split: expected two or more images of some digit, but it has {len(self)} "
                "images, all of different digits; add more images"
            )
        return self[~chosen], self[chosen]


Lines = tuple[tuple[str, ...], ...]
"""The numbers of each line of a page."""


@dataclass(frozen=True)
class LabelledPictures:
    """Picture files of any size and format, not decoded yet, with their labels.

    Attributes
    ----------
    paths
        The files.
    labels
        One label per file: "7", or several digits such as "04217".
    name
        Name of the data set in results.
    pages
        For each file the lines of numbers if it is a page, else None; empty if no file is a page. The label of a page
        is the text of all its digits in reading order.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    name: str
    pages: tuple[Lines | None, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def is_single(self) -> bool:
        """Whether every label has exactly one digit."""
        return all(len(label) == 1 for label in self.labels)
