import cv2
import numpy as np
import pytest


@pytest.fixture(scope="session")
def digits():
    """64 rings and bars that fill 20x20 and are centred by mass, as MNIST's are."""
    images = np.zeros((64, 28, 28), np.uint8)
    for index, image in enumerate(images):
        if index % 2:
            cv2.ellipse(image, (14, 14), (3 + index // 8, 8), 0, 0, 360, 255, 1 + index % 3 // 2, cv2.LINE_AA)
        else:
            cv2.line(image, (14 - index // 10, 4), (14 + index // 10, 23), 255, 2, cv2.LINE_AA)
    return images


@pytest.fixture(scope="session")
def canvases(mnist):
    """MNIST's first 500 digits at twice their resolution, each pixel repeated."""
    return mnist.train.images[:500].repeat(2, axis=1).repeat(2, axis=2)
