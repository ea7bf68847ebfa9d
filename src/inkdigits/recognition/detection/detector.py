"""Load and run the digit detector, a network that detects and classifies symbols in a grey picture."""

import copy
import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import ModelError
from inkdigits.recognition.detection.budget import ScanBudget
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, N_OUTPUTS, SYMBOLS
from inkdigits.recognition.engines.session import Session
from inkdigits.recognition.model_files.kinds import ModelKind
from inkdigits.recognition.model_files.model_file import read_model_file
from inkdigits.recognition.model_files.pins import MODEL_FOLDER

SHIPPED = MODEL_FOLDER / "detector" / "detector.onnx"
"""Path of the shipped detector."""

DETECTOR = ModelKind(
    "a digit detector of this version",
    "pictures",
    (None, None, None),
    {"cells": ((None, None, None, N_OUTPUTS),)},
    "cells",
)
"""Detects symbols in grey pictures; see `inkdigits.recognition.detection.decoding.decode_detections`."""


class Detector:
    """A digit detector in ONNX format, run by ONNX Runtime.

    Parameters
    ----------
    path
        Its ``.onnx`` file; by default the shipped detector.
    n_threads
        Threads per call; by default ONNX Runtime chooses.

    Raises
    ------
    ModelError
        If the file is missing, damaged or not allowed by
        `inkdigits.recognition.model_files.check.check_model`, or its input, output or card is of another kind.
    """

    def __init__(self, path: Path = SHIPPED, n_threads: int | None = None) -> None:
        model = read_model_file(path, DETECTOR)
        self.path, self.card = path, model.card
        unknown = sorted(set(self.card.prior_odds) - {"presence", "printed", *SYMBOLS})
        if unknown:
            raise ModelError(
                f"expected prior odds of symbols in the model card of {path}, but got {unknown[0]!r:.50}; export it "
                "again"
            )
        self._session = Session(model, n_threads)
        self._budget: ScanBudget | None = None

    def with_budget(self) -> "Detector":
        """Return the same detector for one picture, of which it scans `MAX_SCANNED_PIXELS` at most."""
        limited = copy.copy(self)
        limited._budget = ScanBudget()
        return limited

    @property
    def is_budget_exceeded(self) -> bool:
        """Whether a scan has exceeded the budget of the picture."""
        return self._budget is not None and self._budget.is_exceeded

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the output of the network for each cell of each picture.

        Parameters
        ----------
        pictures
            ``uint8`` (n, h, w), h and w multiples of 8.

        Returns
        -------
        ndarray
            ``float32`` (n, h / 8, w / 4, 28); see `inkdigits.recognition.detection.decoding.decode_detections`.

        Raises
        ------
        ModelError
            If the model computes another shape, or values that are not finite.
        BudgetExceededError
            If the budget is exceeded.
        """
        if self._budget is not None:
            self._budget.spend(pictures.size)
        output: NDArray[np.float32] = self._session.run(["cells"], {"pictures": pictures})[0]
        n, height, width = pictures.shape
        expected = (n, height // CELL_HEIGHT, width // CELL_WIDTH, N_OUTPUTS)
        if output.shape != expected or not np.isfinite(output).all():
            raise ModelError(
                f"expected finite outputs of shape {expected} from {self.path}, but got {output.shape} or values that "
                "are not finite; export it again, or use the shipped detector"
            )
        return output

    def calibrate(self, found: Detections, is_number: bool = True) -> Detections:
        """Calibrate the probabilities of symbols for real pictures, with temperature and odds of the model card.

        Parameters
        ----------
        found
            The symbols.
        is_number
            Whether they may form a number; if so, the odds of a slash, which resembles a slanted 1, are corrected too.

        Returns
        -------
        Detections
        """
        odds = dict(self.card.prior_odds)
        presence, printed = odds.pop("presence", 1.0), odds.pop("printed", 1.0)
        if not is_number:
            odds.pop("/", None)
        return found.calibrate(self.card.temperature, presence, odds, printed)


@functools.cache
def load_shipped_detector(n_threads: int | None = None) -> Detector:
    """Load the shipped detector, once for each number of threads."""
    return Detector(n_threads=n_threads)
