"""Synthetic marks without meaning: scribbles, arcs, dots, dashes, printed rules, textures, noise."""

import cv2
import numpy as np

from inkdigits.contract import SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.training.synthetic.rendering import Ink, random_pen, render_lines, to_digit_image
from inkdigits.training.synthetic.strokes import smooth_line


def scribble(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw a random scribble."""
    n = int(rng.integers(8, 22))
    if rng.random() < 0.5:
        points = rng.uniform(0, 1, (n, 2))
    else:
        angles = np.cumsum(rng.uniform(1.0, 2.6, n))
        radii = rng.uniform(0.2, 0.6, n)[:, np.newaxis]
        drift = np.linspace(0, rng.uniform(0, 1.5), n)[:, np.newaxis] * (1.0, 0.2)
        points = radii * np.stack([np.cos(angles), np.sin(angles)], axis=1) + drift
    return to_digit_image(render_lines([smooth_line(points)], random_pen(rng), rng), rng)


def arc(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw an arc that is too curved for a 1 and too open for a 0."""
    start, sweep = rng.uniform(0, 2 * np.pi), np.deg2rad(rng.uniform(110, 215))
    angles = np.linspace(start, start + sweep, 9)
    points = np.stack([np.cos(angles) * rng.uniform(0.6, 1.2), np.sin(angles)], axis=1)
    points += rng.normal(0, 0.03, points.shape)
    return to_digit_image(render_lines([smooth_line(points)], random_pen(rng), rng), rng)


def noise(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw noise of random grain size, over the whole image or over the area of the digit."""
    side = int(rng.choice((SIDE, 20)))
    sigma = float(rng.choice((0.0, 0.6, 1.0, 1.8, 3.0)))
    grain = rng.standard_normal((side + 16, side + 16)).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(grain, (0, 0), sigma) if sigma else grain, np.float32)[8:-8, 8:-8]
    field = field / field.std()
    if rng.random() < 0.5:
        grey = 255.0 * (field > rng.uniform(-0.2, 1.4))
    else:
        grey = np.clip(rng.uniform(0, 140) + rng.uniform(30, 110) * field, 0, 255)
    image = np.zeros((SIDE, SIDE), np.uint8)
    edge = (SIDE - side) // 2
    image[edge : edge + side, edge : edge + side] = grey
    return image


def texture(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw a texture of hatching, chequers, dots or fibres, like crops of cloth, wood and paper."""
    y, x = np.mgrid[0:80, 0:80].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(8, 28)
    along = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
    across = (y * np.cos(angle) - x * np.sin(angle)) * (2 * np.pi / period)
    waves = rng.normal(0, 1.5) * np.sin(across / 3)
    variant = rng.integers(4)
    if variant == 0:
        field = np.sin(along + waves)
    elif variant == 1:
        field = np.sin(along) * np.sin(across)
    elif variant == 2:
        field = np.maximum(np.sin(along), np.sin(across))
    else:
        grain = rng.standard_normal((80, 80)).astype(np.float32)
        field = cv2.GaussianBlur(grain, (0, 0), sigmaX=float(rng.uniform(3, 10)), sigmaY=1.2)
        field = field / np.abs(field).max() * 3
    grey = np.clip(255 * (field - rng.uniform(-0.5, 0.6)) * rng.uniform(0.8, 4.0), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        return np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    mask = np.zeros_like(grey)
    cv2.ellipse(mask, (40, 40), (int(rng.integers(18, 40)), 40), 0.0, 0.0, 360.0, 255, -1)
    return normalise(grey & mask)


def rules(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw printed lines: rules, grids, corners and crossings of boxes, empty boxes.

    A single vertical line, which looks like a 1, and an upper right corner, which looks like a 7, are not drawn.
    """
    paper = np.zeros((100, 100), np.uint8)
    ink, thick = int(rng.integers(130, 256)), int(rng.integers(2, 10))

    def draw(*ends: int) -> None:
        wobble = rng.integers(-2, 3, 4)
        x0, y0, x1, y1 = (int(end + by) for end, by in zip(ends, wobble, strict=True))
        cv2.line(paper, (x0, y0), (x1, y1), ink, thick, cv2.LINE_AA)

    near, far = int(rng.integers(8, 30)), int(rng.integers(70, 92))
    middle = int(rng.integers(40, 60))
    variant = rng.integers(7)
    if variant == 0:
        for level in range(near, 96, int(rng.integers(16, 50))):
            draw(4, level, 96, level)
    elif variant == 1:
        step = int(rng.integers(18, 46))
        for level in range(near, 96, step):
            draw(4, level, 96, level)
            draw(level, 4, level, 96)
    elif variant == 2:
        draw(near, near, near, far)
        draw(near, near if rng.random() < 0.5 else far, far, near if rng.random() < 0.5 else far)
    elif variant == 3:
        draw(middle, 4, middle, 96)
        draw(4, middle, 96, middle)
    elif variant == 4:
        draw(near, far, far, far)
        draw(middle, near, middle, far)
    elif variant == 5:
        cv2.rectangle(paper, (4, near), (96, far), ink, thick, cv2.LINE_AA)
    else:
        for column in range(near, 96, int(rng.integers(22, 44))):
            draw(column, 10, column, 90)
        draw(4, 90, 96, 90)
    return to_digit_image(paper, rng)


def blobs(_: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw dots, dashes, stains and smears; small ones stay small after normalisation."""
    paper = np.zeros((60, 60), np.uint8)
    ink = int(rng.integers(120, 256))
    variant = rng.integers(4)
    if variant == 0:
        for _spot in range(int(rng.integers(1, 6))):
            centre = rng.integers(16, 45, 2).tolist()
            cv2.circle(paper, centre, int(rng.integers(1, 5)), ink, -1, cv2.LINE_AA)
    elif variant == 1:
        length, tilt = int(rng.integers(4, 25)), int(rng.integers(-5, 6))
        cv2.line(
            paper,
            (30 - length, 30 - tilt),
            (30 + length, 30 + tilt),
            ink,
            int(rng.integers(2, 8)),
            cv2.LINE_AA,
        )
    elif variant == 2:
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        radii = np.full(24, 14.0)
        for wave in range(1, 6):
            radii += 8 * rng.normal(0, 0.5 / wave) * np.cos(wave * angles + rng.uniform(0, 6))
        outline = 30 + radii[:, np.newaxis] * np.stack(
            [np.cos(angles) * rng.uniform(0.9, 1.6), np.sin(angles)], axis=1
        )
        cv2.fillPoly(paper, [np.round(outline).astype(np.int32)], ink, cv2.LINE_AA)
    else:
        axes = int(rng.integers(10, 26)), int(rng.integers(4, 14))
        cv2.ellipse(paper, (30, 30), axes, float(rng.uniform(-25, 25)), 0.0, 360.0, ink, -1, cv2.LINE_AA)
        paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), float(rng.uniform(0.5, 4.0))), np.uint8)
    return normalise(paper)
