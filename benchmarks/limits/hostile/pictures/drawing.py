"""The valid pictures from which hostile ones are made."""

import io
from typing import Any

import numpy as np
from PIL import Image


def draw_one(width: int = 40, height: int = 60) -> Image.Image:
    """Return a clear 1, black on white."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 6 : -height // 6, width // 2 - 2 : width // 2 + 3] = 0
    return Image.fromarray(pixels)


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    """Return the file as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
