"""Load and run the digit detector, a network that detects and classifies symbols in a grey picture."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import ModelError
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.engines.session import open_session
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard

SHIPPED = Path(__file__).parents[1] / "models" / "detector" / "detector.onnx"
"""Path of the shipped detector."""


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
        If the file is missing or damaged, or its input is of another kind.
    """

    def __init__(self, path: Path = SHIPPED, n_threads: int | None = None) -> None:
        self._session = open_session(path, n_threads)
        signature = [(each.name, each.type) for each in self._session.get_inputs()]
        if signature != [("pictures", "tensor(uint8)")]:
            raise ModelError(
                f"expected one input, pictures, uint8 (n, height, width), in {path}, but got {signature}; "
                "use a digit detector"
            )
        card = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self.card = ModelCard(name=path.stem) if card is None else ModelCard.from_json(card)

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the output of the network for each cell of each picture.

        Parameters
        ----------
        pictures
            ``uint8`` (n, h, w), h and w multiples of 8.

        Returns
        -------
        ndarray
            ``float32`` (n, h / 8, w / 4, 24); see `inkdigits.recognition.detection.detections.decode_detections`.
        """
        output: NDArray[np.float32] = self._session.run(None, {"pictures": pictures})[0]
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
        presence = odds.pop("presence", 1.0)
        if not is_number:
            odds.pop("/", None)
        return found.calibrate(self.card.temperature, presence, odds)


@functools.cache
def load_shipped_detector(n_threads: int | None = None) -> Detector:
    """Load the shipped detector, once for each number of threads."""
    return Detector(n_threads=n_threads)
