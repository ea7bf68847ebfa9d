"""The benchmark's rooms are no installed package: their folder is put on the path, as running the script does."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))


@pytest.fixture(scope="session")
def sources():
    """Ten images of each digit, drawn in strokes, in the place of MNIST."""
    from pictures.sources import Sources
    from pictures.styles import ORDINARY, style_mask

    rng = np.random.default_rng(0)
    images, labels = [], []
    for label, outlines in ORDINARY.items():
        for turn in range(10):
            mask = style_mask(rng, outlines[turn % len(outlines)], 18, 2.2)
            mask = mask[:28, :28]
            image = np.zeros((28, 28), np.uint8)
            top, left = (28 - mask.shape[0]) // 2, (28 - mask.shape[1]) // 2
            image[top : top + mask.shape[0], left : left + mask.shape[1]] = mask * 255
            images.append(image)
            labels.append(label)
    pictures, truth = np.stack(images), np.array(labels)
    small = np.stack([cv2.resize(image, (8, 8), interpolation=cv2.INTER_AREA) for image in pictures])
    by_label = tuple(np.flatnonzero(truth == label) for label in range(10))
    return Sources("development", pictures, truth, by_label, small, truth)
