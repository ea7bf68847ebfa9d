"""Papers and boards: colour, fibres, rules, and bleed-through from the back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.random_fields import Field, grain, ramp, smooth
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Sheet

Picture = Field
"""``float32`` (height, width, 3), RGB reflectance in [0, 1]."""

WHITE = ((0.96, 0.96, 0.95), (0.99, 0.99, 0.99), (0.94, 0.95, 0.97))
CREAM = ((0.97, 0.94, 0.84), (0.95, 0.91, 0.80), (0.98, 0.96, 0.89))
RECYCLED = ((0.82, 0.79, 0.73), (0.78, 0.77, 0.74), (0.85, 0.83, 0.79))
COLOURED = (
    (0.98, 0.93, 0.45),
    (0.97, 0.72, 0.76),
    (0.66, 0.86, 0.95),
    (0.70, 0.92, 0.68),
    (0.98, 0.76, 0.42),
)
BLACK = ((0.08, 0.08, 0.09), (0.12, 0.11, 0.11))
BLACKBOARD = ((0.13, 0.24, 0.19), (0.10, 0.17, 0.14), (0.15, 0.16, 0.16))
WHITEBOARD = ((0.95, 0.96, 0.97), (0.91, 0.93, 0.94))
KRAFT = ((0.72, 0.57, 0.40), (0.66, 0.52, 0.37))

RULE_INKS = (
    (0.55, 0.68, 0.90),
    (0.62, 0.62, 0.66),
    (0.66, 0.58, 0.82),
    (0.55, 0.78, 0.74),
    (0.80, 0.62, 0.62),
)


@dataclass(frozen=True)
class Paper:
    """A kind of paper: its colours, and its printed lines."""

    colours: tuple[tuple[float, float, float], ...] = WHITE
    rules: str = "none"
    """``none``, ``ruled``, ``squared`` or ``graph``."""
    texture: str = "fibre"
    """``fibre``, ``recycled`` (specks), ``board`` (chalk dust), ``glossy``, ``crumpled``."""


PAPERS: dict[str, Paper] = {
    "white": Paper(),
    "cream": Paper(CREAM),
    "recycled": Paper(RECYCLED, texture="recycled"),
    "coloured": Paper(COLOURED),
    "kraft": Paper(KRAFT, texture="recycled"),
    "ruled": Paper(WHITE + CREAM, rules="ruled"),
    "squared": Paper(WHITE, rules="squared"),
    "graph": Paper(WHITE + CREAM[:1], rules="graph"),
    "crumpled": Paper(WHITE + CREAM, texture="crumpled"),
    "black": Paper(BLACK),
    "blackboard": Paper(BLACKBOARD, texture="board"),
    "whiteboard": Paper(WHITEBOARD, texture="glossy"),
}


def draw_paper(rng: np.random.Generator, paper: Paper, sheet: Sheet, black_print: bool = False) -> Picture:
    """Draw the paper of a sheet, with its printed form if it has one.

    Parameters
    ----------
    black_print
        Whether the form is always printed in strong black.

    Returns
    -------
    ndarray
        ``float32`` (height, width, 3), RGB reflectance.
    """
    height, width = sheet.ink.shape
    lightness = _lightness(rng, paper, height, width)
    colour = np.asarray(paper.colours[rng.integers(len(paper.colours))], np.float32)
    picture = lightness[..., None] * colour
    if paper.rules != "none":
        ink = np.asarray(RULE_INKS[rng.integers(len(RULE_INKS))], np.float32)
        _print(
            picture,
            _rules(rng, paper.rules, sheet),
            ink,
            rng.uniform(*S.rule_contrast) / (1 - float(ink.mean())),
        )
    if sheet.printed is not None:
        ink = np.full(3, 0.05, np.float32) if black_print else _form_ink(rng)
        contrast = S.bilevel_box_contrast if black_print else S.box_contrast
        _print(picture, sheet.printed, ink, rng.uniform(*contrast))
    return picture


def _print(picture: Picture, mask: Field, ink: NDArray[np.float32], density: float) -> None:
    """Print ``mask`` in place with a colour that absorbs the share ``density`` of the light that it can absorb."""
    strength = np.clip(mask * np.float32(min(density, 1.0)), 0, 1)
    picture *= 1 - strength[..., None] * (1 - ink)


def _form_ink(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the colour of a form: black and grey mostly, else the drop-out red, green or blue of office forms."""
    inks = ((0.05,) * 3, (0.05,) * 3, (0.35,) * 3, (0.93, 0.45, 0.40), (0.35, 0.70, 0.50), (0.35, 0.50, 0.85))
    return np.asarray(inks[rng.integers(len(inks))], np.float32)


def _lightness(rng: np.random.Generator, paper: Paper, height: int, width: int) -> Field:
    fibre = rng.uniform(*S.paper_fibre)
    field = 1 + fibre * (0.7 * grain(rng, height, width, 0.8) + 0.7 * grain(rng, height, width, 3.0))
    if paper.texture == "recycled":
        specks = grain(rng, height, width, 1.1)
        field -= 0.18 * np.clip(specks - 2.6, 0, 1) - 0.10 * np.clip(-specks - 2.8, 0, 1)
    elif paper.texture == "board":
        streaks = cv2.GaussianBlur(grain(rng, height, width), (0, 0), sigmaX=width / 10, sigmaY=1.2)
        wiped = smooth(rng, height, width, 3)
        field += 0.35 * np.clip(wiped, 0, 1) + 0.25 * streaks / max(float(streaks.std()), 1e-6) * 0.4
    elif paper.texture == "glossy":
        y, x = rng.uniform(-0.1, 1.1, 2)
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None] - y
        columns = np.linspace(0, 1, width, dtype=np.float32)[None, :] - x
        field += 0.10 * np.exp(-(rows**2 + columns**2) / (2 * rng.uniform(0.08, 0.2) ** 2))
    elif paper.texture == "crumpled":
        field += rng.uniform(*S.wrinkle) * _folds(rng, height, width)
    return field.astype(np.float32)


def _folds(rng: np.random.Generator, height: int, width: int) -> Field:
    """Return slopes with sharp creases between them, as of paper that was crumpled and smoothed out."""
    field: Field = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(5, 11))):
        plane = ramp(height, width, float(rng.uniform(0, 2 * np.pi)))
        crease = rng.uniform(0.15, 0.85)
        field += (np.abs(plane - crease) ** 0.6 - 0.5) * np.float32(rng.uniform(-0.6, 0.6))
    field = cv2.GaussianBlur(field, (0, 0), 1.0)
    return field / max(float(field.std()), 1e-6)


def _rules(rng: np.random.Generator, kind: str, sheet: Sheet) -> Field:
    """Return the mask of printed rules; a rule of ruled paper lies near the first baseline."""
    height, width = sheet.ink.shape
    mask = np.zeros((height, width), np.float32)
    thickness = rng.uniform(*S.rule_width_px) * max(1.0, sheet.digit_px / 120)
    base = (sheet.baselines[0] if sheet.baselines else 0.0) + rng.uniform(-0.04, 0.08) * sheet.digit_px
    if kind == "ruled":
        if len(sheet.baselines) > 1:
            distance = float(np.median(np.diff(sheet.baselines)))
        else:
            distance = rng.uniform(*S.rule_distance) * sheet.digit_px
        _lines(mask, base % distance, distance, thickness, 1.0)
        if rng.random() < 0.25:  # the margin of a school book
            _lines(mask.T, rng.uniform(0.02, 0.2) * width, 10.0 * width, thickness, 1.0)
        return mask
    if kind == "squared":
        distance = rng.uniform(*S.square_distance) * sheet.digit_px
        _lines(mask, base % distance, distance, thickness, 1.0)
        _lines(mask.T, rng.uniform(0, distance), distance, thickness, 1.0)
        return mask
    distance = max(rng.uniform(*S.graph_distance) * sheet.digit_px, 4.0)
    for axis in (mask, mask.T):
        start = rng.uniform(0, distance)
        _lines(axis, start, distance, min(thickness, 1.0), 0.45)
        _lines(axis, start + distance * float(rng.integers(5)), 5 * distance, thickness, 1.0)
    return mask


def _lines(mask: Field, start: float, distance: float, thickness: float, weight: float) -> None:
    """Draw horizontal lines in place, anti-aliased, ``distance`` pixels apart."""
    y = np.arange(mask.shape[0], dtype=np.float32)
    offset = np.abs((y - start + distance / 2) % distance - distance / 2)
    profile = np.clip(thickness / 2 + 0.5 - offset, 0, 1) * np.float32(weight)
    np.maximum(mask, profile[:, None], out=mask)
