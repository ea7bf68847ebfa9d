"""A digit drawn from line segments, so that the tests need no data set."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def two() -> NDArray[np.uint8]:
    """Return a 2, ``uint8`` of shape (200, 160), ink 255 on paper 0."""
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
