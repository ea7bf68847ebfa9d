"""Pens: conversion of a mask of ink to colour on the paper."""

from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.reading.pictures.media.papers import Picture
from benchmarks.reading.pictures.random_fields import Field, grain, smooth, smoothstep
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.severities import Range


@dataclass(frozen=True)
class Pen:
    """A kind of pen.

    Attributes
    ----------
    colours
        RGB of the ink, one of them is drawn.
    density
        Range of how much of the paper the ink covers at full stroke.
    tooth
        How much of the paper's grain shows in the stroke: 0 for wet ink, 1 for chalk.
    flow
        How much the ink's density varies along the stroke.
    opaque
        Whether the ink covers the paper (chalk, gel, paint) instead of absorbing light.
    """

    colours: tuple[tuple[float, float, float], ...]
    density: Range
    tooth: float = 0.0
    flow: float = 0.1
    opaque: bool = False


PENS: dict[str, Pen] = {
    "pencil": Pen(((0.22, 0.22, 0.24),), S.pencil_density, tooth=0.55, flow=0.2),
    "faint pencil": Pen(((0.22, 0.22, 0.24),), S.faint_pencil_density, tooth=0.4, flow=0.15),
    "blue ballpoint": Pen(((0.10, 0.16, 0.55), (0.13, 0.25, 0.66)), S.pen_density, tooth=0.15, flow=0.25),
    "black ballpoint": Pen(((0.08, 0.08, 0.10),), S.pen_density, tooth=0.15, flow=0.25),
    "black felt tip": Pen(((0.04, 0.04, 0.05),), (0.92, 1.0), flow=0.05),
    "red felt tip": Pen(((0.80, 0.10, 0.12),), S.pen_density, flow=0.1),
    "green felt tip": Pen(((0.08, 0.48, 0.22),), S.pen_density, flow=0.1),
    "blue felt tip": Pen(((0.10, 0.20, 0.70),), S.pen_density, flow=0.1),
    "fountain pen": Pen(((0.08, 0.12, 0.38), (0.12, 0.10, 0.30)), S.pen_density, flow=0.4),
    "chalk": Pen(((0.95, 0.95, 0.92), (0.97, 0.92, 0.60)), S.chalk_density, tooth=0.75, opaque=True),
    "white gel": Pen(((0.96, 0.96, 0.97), (0.85, 0.85, 0.88)), (0.85, 1.0), flow=0.1, opaque=True),
}

DARK_PENS = ("blue ballpoint", "black ballpoint", "black felt tip", "fountain pen", "pencil")
FELT_TIPS = ("black felt tip", "red felt tip", "green felt tip", "blue felt tip")


def write(rng: np.random.Generator, picture: Picture, ink: Field, pen: Pen, digit_px: float) -> None:
    """Lay the ink on the paper, in place.

    Parameters
    ----------
    picture
        ``float32`` (height, width, 3), RGB reflectance.
    ink
        ``float32`` (height, width) in [0, 1].
    digit_px
        Height of the digits, the unit of the grain of chalk and pencil.
    """
    height, width = ink.shape
    strength: Field = ink * np.float32(rng.uniform(*pen.density))
    if pen.flow:
        cells = max(height, width) / digit_px * 4
        strength *= 1 - np.float32(pen.flow) * np.clip(smooth(rng, height, width, cells), 0, 1)
    if pen.tooth:
        tooth = smoothstep(grain(rng, height, width, max(0.6, digit_px / 160)), -1.9, 0.6)
        strength *= 1 - np.float32(pen.tooth) * (1 - tooth)
    elif digit_px > 60:
        strength = cv2.GaussianBlur(strength, (0, 0), 0.6)  # wet ink creeps into the fibres
    colour = np.asarray(pen.colours[rng.integers(len(pen.colours))], np.float32)
    if pen.opaque:
        picture += strength[..., None] * (colour - picture)
    else:
        picture *= 1 - strength[..., None] * (1 - colour)
