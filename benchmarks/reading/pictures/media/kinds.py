"""The named kinds of picture, and `render`, which turns a sheet into one of them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.contents.digit_masks import digit_mask
from benchmarks.reading.pictures.media.cameras import Camera, photograph
from benchmarks.reading.pictures.media.papers import PAPERS, Picture, draw_paper
from benchmarks.reading.pictures.media.pens import DARK_PENS, FELT_TIPS, PENS, write
from benchmarks.reading.pictures.media.scanners import on_screen, scan, scan_digit_px
from benchmarks.reading.pictures.random_fields import Field, log_uniform
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.severities import Range
from benchmarks.reading.pictures.sheets import Sheet, paste
from benchmarks.reading.pictures.sources import Sources

ORDINARY = Camera()
"""No trouble beyond the ordinary."""


@dataclass(frozen=True)
class Kind:
    """A combination that is common in practice.

    Attributes
    ----------
    name
        Name in the results; begins with the medium: ``photo``, ``scan`` or ``screen``.
    papers, pens
        Names in `PAPERS` and `PENS`; one of each is drawn.
    camera
        The difficulties of a photo.
    mode
        The scanner's or the screen's mode.
    form
        ``none``, ``box`` or ``comb``: what is printed around the digit.
    bleed
        Whether writing shows through from the back.
    """

    name: str
    papers: tuple[str, ...] = ("white",)
    pens: tuple[str, ...] = DARK_PENS
    camera: Camera = ORDINARY
    mode: str = "grey"
    form: str = "none"
    bleed: bool = False

    @property
    def medium(self) -> str:
        """``photo``, ``scan`` or ``screen``."""
        return self.name.split(",")[0]


ALL_PAPERS = ("white", "cream", "recycled", "coloured", "kraft", "ruled", "squared", "graph", "crumpled")
_INKS = ("blue ballpoint", "black ballpoint", "black felt tip", "fountain pen")
_PENS_ON_COLOUR = ("black felt tip", "black ballpoint", "blue ballpoint")

PHOTOS = (
    Kind("photo, white paper"),
    Kind("photo, cream or recycled paper", ("cream", "recycled")),
    Kind("photo, coloured or brown paper", ("coloured", "kraft"), _PENS_ON_COLOUR),
    Kind("photo, coloured felt tip", ("white", "cream"), FELT_TIPS[1:]),
    Kind("photo, ruled paper", ("ruled",)),
    Kind("photo, squared paper", ("squared",)),
    Kind("photo, graph paper", ("graph",), _INKS),
    Kind("photo, printed box", form="box", pens=_INKS),
    Kind("photo, comb", form="comb", pens=_INKS),
    Kind("photo, shadow edge", ("white", "cream", "recycled"), camera=Camera(shadow=True)),
    Kind("photo, sheet on a desk", ("white", "cream", "ruled"), camera=Camera(desk=True)),
    Kind("photo, motion blur", camera=Camera(motion=True)),
    Kind("photo, strong JPEG", camera=Camera(strong_jpeg=True)),
    Kind("photo, faint pencil", ("white", "cream"), ("faint pencil",)),
    Kind("photo, crumpled paper", ("crumpled",)),
    Kind("photo, blackboard", ("blackboard",), ("chalk",)),
    Kind("photo, whiteboard", ("whiteboard",), FELT_TIPS),
    Kind("photo, white pen on black paper", ("black",), ("white gel",)),
)  # fmt: skip
SCANS = (
    Kind("scan, grey"),
    Kind("scan, colour, ruled or squared", ("ruled", "squared"), mode="colour", pens=_INKS),
    Kind("scan, bilevel", mode="bilevel", pens=_INKS),
    Kind("scan, printed box", mode="colour", form="box", pens=_INKS),
    Kind("scan, bilevel comb", mode="bilevel", form="comb", pens=_INKS),
    Kind("scan, bleed-through", ("white", "cream"), bleed=True, pens=_INKS),
)
SCREENS = (
    Kind("screen, white canvas", mode="white canvas"),
    Kind("screen, dark canvas", mode="dark canvas"),
    Kind("screen, transparent", mode="transparent"),
    Kind("screen, alpha only", mode="alpha only"),
    Kind("screen, white on black", mode="white on black"),
)
ON_PAPER = tuple(kind for kind in PHOTOS + SCANS if kind.form == "none")
"""Kinds that hold any sheet: no box is drawn around a single digit."""

FOR_NUMBERS = tuple(
    kind
    for kind in ON_PAPER + SCREENS[:1]
    if kind.name
    in {
        "photo, white paper",
        "photo, cream or recycled paper",
        "photo, coloured felt tip",
        "photo, ruled paper",
        "photo, shadow edge",
        "photo, blackboard",
        "scan, grey",
        "scan, colour, ruled or squared",
        "scan, bilevel",
        "screen, white canvas",
    }
)
FOR_FORMS = (
    Kind("photo, form", ("white", "cream"), _INKS),
    Kind("photo, form with a shadow", ("white",), _INKS, Camera(shadow=True)),
    Kind("scan, grey form", pens=_INKS),
    Kind("scan, colour form", pens=_INKS, mode="colour"),
    Kind("scan, bilevel form", pens=_INKS, mode="bilevel"),
)
FOR_PAGES = (
    Kind("photo, page", ("white", "cream"), _INKS, Camera(steady=True)),
    Kind("photo, ruled page", ("ruled",), _INKS, Camera(steady=True)),
    Kind("photo, page on a desk", ("white", "ruled"), _INKS, Camera(desk=True)),
    Kind("scan, page", pens=_INKS),
    Kind("scan, bilevel page", pens=_INKS, mode="bilevel"),
)


def digit_height(rng: np.random.Generator, kind: Kind, bounds: Range) -> float:
    """Draw the height of a digit in pixels: by resolution for scans, from ``bounds`` otherwise."""
    return scan_digit_px(rng) if kind.medium == "scan" else log_uniform(rng, bounds)


def render(
    rng: np.random.Generator, sheet: Sheet, kind: Kind, sources: Sources
) -> bytes | NDArray[np.uint8] | NDArray[np.bool_]:
    """Draw a sheet as a picture of one kind.

    Returns
    -------
    bytes or ndarray
        A JPEG file; or grey ``uint8`` (h, w), RGB (h, w, 3), RGBA (h, w, 4), or bool (h, w), True for white.
    """
    if kind.medium == "screen":
        return on_screen(rng, sheet.ink, kind.mode)
    beyond = 0
    if not (kind.camera.desk or kind.camera.steady):
        beyond = round((0.05 if kind.medium == "scan" else 0.17) * max(sheet.ink.shape))
    wide = _with_paper_beyond(sheet, beyond)
    paper = PAPERS[kind.papers[rng.integers(len(kind.papers))]]
    picture = draw_paper(rng, paper, wide, black_print=kind.mode == "bilevel")
    if kind.bleed:
        _bleed(rng, picture, sheet.digit_px, sources)
    write(rng, picture, wide.ink, PENS[kind.pens[rng.integers(len(kind.pens))]], sheet.digit_px)
    window = _ink_box(wide), beyond
    if kind.medium == "scan":
        return scan(rng, picture, sheet.digit_px, kind.mode, window)
    return photograph(rng, picture, sheet.digit_px, kind.camera, window)


def _with_paper_beyond(sheet: Sheet, beyond: int) -> Sheet:
    """Extend the paper by ``beyond`` pixels on each side, so that a rotated picture has paper in its corners."""
    if not beyond:
        return sheet

    def wider(mask: Field) -> Field:
        return cv2.copyMakeBorder(mask, beyond, beyond, beyond, beyond, cv2.BORDER_CONSTANT, value=0)

    return replace(
        sheet,
        ink=wider(sheet.ink),
        printed=None if sheet.printed is None else wider(sheet.printed),
        baselines=tuple(y + beyond for y in sheet.baselines),
    )


def _ink_box(sheet: Sheet) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 of the content of the sheet; its centre if it is empty."""
    marks = sheet.ink if sheet.printed is None else np.maximum(sheet.ink, sheet.printed)
    rows, columns = np.flatnonzero(marks.max(axis=1) > 0.1), np.flatnonzero(marks.max(axis=0) > 0.1)
    if not len(rows):
        height, width = marks.shape
        return width // 2, height // 2, width // 2 + 1, height // 2 + 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _bleed(rng: np.random.Generator, picture: Picture, digit_px: float, sources: Sources) -> None:
    """Draw mirrored digits that show through from the back of the paper, in place."""
    height, width = picture.shape[:2]
    back: Field = np.zeros((height, width), np.float32)
    for _ in range(int(np.ceil(height * width / digit_px**2 * 0.6))):
        image, _ = sources.digit(rng)
        mask = digit_mask(image, digit_px * rng.uniform(0.8, 1.1), 0.1 * digit_px)[:, ::-1]
        paste(back, mask, rng.uniform(-0.5 * digit_px, width), rng.uniform(-0.5 * digit_px, height))
    back = cv2.GaussianBlur(back, (0, 0), 1 + 0.02 * digit_px)
    picture *= 1 - (back * np.float32(rng.uniform(*S.bleed_through)))[..., None]
