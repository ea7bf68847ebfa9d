"""The search from coarse to fine: where it ends."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inkdigits.recognition.detection import search
from inkdigits.recognition.detection.detections import Detections, merge_detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.scan import scan


@pytest.mark.slow
def test_a_finer_scan_is_made_only_where_something_is_low(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of digits 60 pixels high, then the same with a line of digits a fifth as high."""
    page = np.full((1200, 900), 230, np.uint8)
    for row in range(5):
        cv2.putText(
            page, "4 7 2 5 3 8", (60, 150 + 120 * row), cv2.FONT_HERSHEY_SIMPLEX, 2.7, 30, 5, cv2.LINE_AA
        )
    with_low = page.copy()
    for row in range(10):
        text = "3 1 4 1 5 9 2 6 5 3 5 8 9 7 9"
        cv2.putText(with_low, text, (60, 850 + 28 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 30, 1, cv2.LINE_AA)
    finest: dict[str, float] = {}

    def note_scale(
        grey: NDArray[np.uint8], scale: float, detector: Detector, slant: float = 0.0
    ) -> Detections:
        finest[name] = max(finest.get(name, 0.0), scale)
        return scan(grey, scale, detector, slant)

    monkeypatch.setattr(search, "scan", note_scale)
    for name, picture in (("high", page), ("low", with_low)):
        found = merge_detections(search.search(picture, load_shipped_detector()).scans)
        low = found[(found.heights < 25) & (found.digits > 0.5)]
        assert (len(low) > 100) == (name == "low")
    assert 60 * finest["high"] < 40
    assert 60 * finest["low"] > 50
