"""The digit detector, loaded: one network that looks at the grey picture and says where which symbol stands."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import ModelError
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.engines.session import open_session
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard

SHIPPED = Path(__file__).parents[1] / "models" / "detector" / "detector.onnx"
"""The detector that comes with the package."""


class Detector:
    """A digit detector.

    Parameters
    ----------
    path
        Its ``.onnx`` file; by default the one that comes with the package.
    n_threads
        Threads within one call.

    Raises
    ------
    ModelError
        If the file is missing, damaged, or a model of another kind.
    """

    def __init__(self, path: Path = SHIPPED, n_threads: int | None = None) -> None:
        self._session = open_session(path, n_threads)
        takes = [(each.name, each.type) for each in self._session.get_inputs()]
        if takes != [("pictures", "tensor(uint8)")]:
            raise ModelError(
                f"{path} is a model of another kind: expected one input pictures, uint8 (n, height, width)"
            )
        card = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self.card = ModelCard(name=path.stem) if card is None else ModelCard.from_json(card)

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the network's answer to pictures ``uint8`` (n, h, w), both sides multiples of 8.

        Returns
        -------
        ndarray
            ``float32`` (n, h / 8, w / 4, 24); see `inkdigits.recognition.detection.detections.detections_of`.
        """
        answer: NDArray[np.float32] = self._session.run(None, {"pictures": pictures})[0]
        return answer

    def calibrate(self, found: Detections, is_number: bool = True) -> Detections:
        """Return symbols with the probabilities that the network's card says they have on real pictures.

        Parameters
        ----------
        found
            The symbols.
        is_number
            Whether they are those of a number: a slanted stroke is then a 1 rather than a slash.
        """
        odds = dict(self.card.prior_odds)
        presence = odds.pop("presence", 1.0)
        if not is_number:
            odds.pop("/", None)
        return found.calibrate(self.card.temperature, presence, odds)


@functools.cache
def load_shipped_detector(n_threads: int | None = None) -> Detector:
    """Return the detector that comes with the package, loaded once for each number of threads."""
    return Detector(n_threads=n_threads)
