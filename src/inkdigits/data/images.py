"""Labelled images as the training river takes them: arrays, or picture files that are not decoded yet."""

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
    """Images of one size with the digit that each shows.

    Attributes
    ----------
    images
        ``uint8`` of shape (n, height, width); digit images are (n, 28, 28), ink 255 on
        background 0.
    labels
        ``int64`` of shape (n,), each from 0 to 9.
    name
        What to call the data set in results.

    Raises
    ------
    DataError
        If the arrays are not of that shape, or do not match.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    name: str

    def __post_init__(self) -> None:
        images = np.asarray(self.images)
        if images.dtype != np.uint8 or images.ndim != 3:
            raise DataError(
                f"images of {self.name} should be uint8 of shape (n, height, width), 0 to 255, but are "
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
        """Return the images that a slice, a mask or indices choose, under the same name."""
        which = chosen if isinstance(chosen, slice) else np.asarray(chosen)
        return LabelledImages(self.images[which], self.labels[which], self.name)

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 over the images and then the labels, each as the IDX file that would hold them."""
        digest = hashlib.sha256()
        for array in (self.images, self.labels.astype(np.uint8)):
            digest.update(idx.header(array.shape))
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def held_out(self, n: int) -> tuple["LabelledImages", "LabelledImages"]:
        """Split the last ``n`` images off.

        Returns
        -------
        fit, held_out
            All images but the last ``n``, and the last ``n``.

        Raises
        ------
        UsageError
            If ``n`` leaves nothing on either side.
        """
        if not 0 < n < len(self):
            raise UsageError(f"of {len(self)} images, 1 to {len(self) - 1} can be held out, but not {n}")
        return self[: len(self) - n], self[len(self) - n :]

    def split(self, share: float, seed: int = 0) -> tuple["LabelledImages", "LabelledImages"]:
        """Split off a share of the images by chance, the same share of every digit.

        Parameters
        ----------
        share
            How much of each digit to split off, in (0, 1); at least one image where a digit has two.
        seed
            Random seed of the choice.

        Returns
        -------
        fit, test
            The larger part and the part split off, each in the order of the whole.

        Raises
        ------
        DataError
            If no digit has two images.
        """
        rng = np.random.default_rng(seed)
        chosen = np.zeros(len(self), bool)
        for label in range(N_CLASSES):
            alike = rng.permutation(np.flatnonzero(self.labels == label))
            if len(alike) > 1:
                chosen[alike[: max(1, round(len(alike) * share))]] = True
        if not chosen.any():
            raise DataError(
                f"{self.name} cannot be split: some digit should be there twice, but it has {len(self)} images "
                "of as many digits"
            )
        return self[~chosen], self[chosen]


Lines = tuple[tuple[str, ...], ...]
"""The numbers of each line of a page."""


@dataclass(frozen=True)
class LabelledPictures:
    """Picture files of any size and form, not decoded yet, with the digits that each shows.

    Attributes
    ----------
    paths
        The files.
    labels
        One a file: "7", or several digits such as "04217".
    name
        What to call the data set in results.
    pages
        For each the lines of numbers of its label where it is a page, else None; empty where none is. The label of a
        page holds all of its digits in reading order.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    name: str
    pages: tuple[Lines | None, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def is_single(self) -> bool:
        """Whether every picture shows one digit only."""
        return all(len(label) == 1 for label in self.labels)
