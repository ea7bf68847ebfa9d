"""Draw the sample pictures: MNIST training digits, drawn as photos, scans and screens show digits."""

import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.reading.pictures.contents.digit_masks import digit_mask  # noqa: E402
from benchmarks.reading.pictures.media.kinds import PHOTOS, SCANS, SCREENS, render  # noqa: E402
from benchmarks.reading.pictures.sheets import on_sheet  # noqa: E402
from benchmarks.reading.pictures.sources import load_sources  # noqa: E402
from inkdigits.data import load_mnist  # noqa: E402

SAMPLES = {
    # file: (digit, which training image of it, kind of picture, height of the digit in pixels)
    "zero.jpg": (0, 3, "photo, shadow edge", 150),
    "two.jpg": (2, 5, "photo, ruled paper", 140),
    "three.jpg": (3, 2, "photo, blackboard", 150),
    "five.png": (5, 1, "screen, white on black", 110),
    "seven.png": (7, 4, "screen, white canvas", 120),
    "nine.jpg": (9, 6, "scan, grey", 90),
}
KINDS = {kind.name: kind for kind in PHOTOS + SCANS + SCREENS}


def main() -> None:
    """Write every sample into ``samples/``."""
    train = load_mnist().train
    sources = load_sources("development")
    for seed, (name, (digit, which, kind, height)) in enumerate(SAMPLES.items()):
        rng = np.random.default_rng(seed)
        image = train.images[np.flatnonzero(train.labels == digit)[which]]
        sheet = on_sheet(rng, digit_mask(image, height, 0.09 * height), height)
        picture = render(rng, sheet, KINDS[kind], sources)
        path = ROOT / "samples" / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(picture, bytes):
            path.write_bytes(picture)
        else:
            pixels = picture[..., ::-1] if picture.ndim == 3 else picture
            cv2.imwrite(str(path), np.ascontiguousarray(pixels))
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
