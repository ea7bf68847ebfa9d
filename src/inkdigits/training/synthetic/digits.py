"""Synthetic digits from stroke models: allographs of several national styles, with random variation and pens."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, SIDE, DigitImages
from inkdigits.training.synthetic.allographs import Allograph, digit_allographs
from inkdigits.training.synthetic.rendering import random_pen, render_lines, to_digit_image
from inkdigits.training.synthetic.strokes import Line, draw_lines


def draw_synthetic_digits(n: int, rng: np.random.Generator) -> tuple[DigitImages, NDArray[np.int64]]:
    """Draw digits from stroke models, with balanced classes.

    Parameters
    ----------
    n
        Number of images.
    rng
        The random generator.

    Returns
    -------
    images : ndarray
        ``uint8`` of shape (n, 28, 28), in normal form.
    labels : ndarray
        ``int64`` of shape (n,).
    """
    labels = rng.permutation(np.arange(n, dtype=np.int64) % N_CLASSES)
    images = np.zeros((n, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:] = draw_digit(random_allograph(int(label), rng), rng)
    return images, labels


def random_allograph(label: int, rng: np.random.Generator) -> Allograph:
    """Choose a random allograph of a digit, by the weights."""
    choices = digit_allographs()[label]
    weights = np.array([choice.weight for choice in choices])
    return choices[rng.choice(len(choices), p=weights / weights.sum())]


def draw_digit(allograph: Allograph, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one digit image (28, 28) of an allograph."""
    return to_digit_image(render_lines(digit_lines(allograph, rng), random_pen(rng), rng), rng)


def digit_lines(allograph: Allograph, rng: np.random.Generator) -> list[Line]:
    """Draw the lines of an allograph, with ordinary, small or large variation."""
    care = float(rng.choice((0.5, 1.0, 1.5), p=(0.3, 0.5, 0.2)))
    return draw_lines(allograph.paths, allograph.aspect, rng, care)
