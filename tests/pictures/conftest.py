"""Pictures drawn for the tests: a clear digit, made of strokes, so that no data set is needed."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def two() -> NDArray[np.uint8]:
    """A handwritten-looking 2, ink 255 on paper 0, 200 x 160 pixels."""
    points = np.array(
        [
            [45, 60],
            [55, 38],
            [80, 28],
            [105, 38],
            [112, 65],
            [95, 100],
            [70, 130],
            [45, 162],
            [80, 160],
            [120, 158],
        ]
    )
    picture = np.zeros((200, 160), np.uint8)
    cv2.polylines(picture, [points], False, 255, 14, cv2.LINE_AA)
    return picture
