"""Contact sheets: many pictures in one, each with its ground truth, for visual inspection."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.sheets import Example


def as_rgb(picture: bytes | NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return any picture of the benchmark as RGB ``uint8``; transparency becomes white paper."""
    if isinstance(picture, bytes):
        decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError("this picture is no file that OpenCV reads")
        return np.ascontiguousarray(decoded[..., ::-1])
    levels: NDArray[np.floating] = picture.astype(np.float32) * (255 if picture.dtype == bool else 1)
    if levels.ndim == 2:
        levels = np.repeat(levels[..., None], 3, axis=2)
    if levels.shape[2] == 4:
        alpha = levels[..., 3:] / 255
        levels = levels[..., :3] * alpha + 255 * (1 - alpha)
    return levels.astype(np.uint8)


def contact_sheet(examples: list[Example], columns: int = 8, side: int = 190) -> NDArray[np.uint8]:
    """Return the pictures in rows, each scaled into a square (by at most 4 times), with its ground truth below."""
    tiles = [_tile(example, side) for example in examples]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)])


def _tile(example: Example, side: int) -> NDArray[np.uint8]:
    rgb = as_rgb(example.picture)
    scale = min((side - 6) / max(rgb.shape[:2]), 4.0)
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    rgb = np.asarray(cv2.resize(rgb, size, interpolation=method), np.uint8)
    tile = np.full((side + 26, side, 3), 205, np.uint8)
    top, left = (side - rgb.shape[0]) // 2, (side - rgb.shape[1]) // 2
    tile[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    for line, text in enumerate((" ".join(example.truth) or "(nothing)", example.kind)):
        place = (4, side + 9 + 12 * line)
        cv2.putText(tile, text[:34], place, cv2.FONT_HERSHEY_SIMPLEX, 0.34, (0, 0, 0), 1, cv2.LINE_AA)
    return tile


def save_contact_sheet(path: Path, examples: list[Example], columns: int = 8, side: int = 190) -> None:
    """Write a contact sheet as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), contact_sheet(examples, columns, side)[..., ::-1])
