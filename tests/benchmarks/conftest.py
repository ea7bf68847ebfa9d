"""Digits for the tests of the benchmarks."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="session")
def sources():
    """Ten images of each digit, drawn in strokes, in the place of MNIST."""
    from benchmarks.reading.pictures.contents.digit_styles import ORDINARY, style_mask
    from benchmarks.reading.pictures.sources import Sources

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
