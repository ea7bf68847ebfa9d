"""Draws the two pictures of the documents: a page and the sample digits, each with what is read of it.

python tools/draw_readings.py            reads and draws
python tools/draw_readings.py --page     draws the page itself anew first; the reading of it may change
"""

import argparse
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from inkdigits import Reader, Reading
from inkdigits.files.storage import write_whole

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PAGE = IMAGES / "page.jpg"
BOX = "#c0392b"
LINES = (("4207", "318"), ("96", "1052"), ("7385", "640"))
"""The numbers on the page."""


def main() -> None:
    """Draw both pictures with the default model."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the documents.")
    parser.add_argument("--page", action="store_true", help="draw the page itself anew")
    if parser.parse_args().page:
        draw_page()
    reader = Reader()
    show_page(reader.read(PAGE))
    show_samples(reader)


def draw_page(seed: int = 3) -> None:
    """Write numbers on ruled paper, as a phone photographs it, from MNIST's training images."""
    sys.path.insert(0, str(ROOT))
    from benchmarks.reading.pictures.contents.numbers import number_masks, spaced
    from benchmarks.reading.pictures.media.kinds import Kind, render
    from benchmarks.reading.pictures.sheets import Sheet, paste
    from benchmarks.reading.pictures.sources import load_sources

    rng = np.random.default_rng(seed)
    sources = load_sources("development")
    digit_px, margin = 52.0, 70.0
    pitch = 2.0 * digit_px
    ink = np.zeros((round(len(LINES) * pitch + 1.2 * margin), round(12.5 * digit_px)), np.float32)
    baselines = []
    for line, numbers in enumerate(LINES):
        baseline = 0.4 * margin + (line + 0.85) * pitch
        baselines.append(baseline)
        for column, digits in enumerate(numbers):
            mask = spaced(rng, number_masks(rng, sources, digits, digit_px, 0.09 * digit_px), digit_px, -8)
            paste(ink, mask, margin + column * 5.8 * digit_px, baseline - mask.shape[0])
    kind = Kind("photo, page", ("ruled",), ("blue ballpoint",))
    picture = render(rng, Sheet(ink, digit_px, tuple(baselines)), kind, sources)
    assert isinstance(picture, bytes), "a photo is a JPEG file"
    PAGE.write_bytes(picture)
    print(f"Wrote {PAGE.relative_to(ROOT)} ({PAGE.stat().st_size / 1024:.0f} KiB)")


def show_page(reading: Reading) -> None:
    """Draw the page as it is, and beside it with the box of each digit and the text of each number."""
    picture = Image.open(PAGE).convert("RGB")
    height = 4.6 * picture.height / picture.width
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, height + 0.1), layout="constrained")
    for axis in (left, right):
        axis.imshow(picture)
    for number in reading.numbers:
        for digit in number.digits:
            x, y, width, tall = digit.box
            right.add_patch(Rectangle((x, y), width, tall, fill=False, color=BOX, linewidth=0.8))
        x, y, width, tall = number.box
        right.text(
            x + width + 8, y + tall / 2, number.text, va="center", fontsize=12, color=BOX, fontweight="bold"
        )
    _save(figure, (left, right), IMAGES / "page-read.jpg")


def show_samples(reader: Reader) -> None:
    """Draw every sample with the box of its digit, and below it what the network sees and what it reads."""
    paths = sorted(path for path in (ROOT / "samples").iterdir() if path.suffix in (".png", ".jpg"))
    figure, axes = plt.subplots(
        2, len(paths), figsize=(1.5 * len(paths), 3.1), height_ratios=[1.45, 1], layout="constrained"
    )
    for (above, below), path in zip(axes.T, paths, strict=True):
        (digit,) = reader.read(path).digits
        above.imshow(Image.open(path).convert("RGB"))
        x, y, width, height = digit.box
        above.add_patch(Rectangle((x, y), width, height, fill=False, color=BOX, linewidth=1))
        below.imshow(digit.image, cmap="gray")
        below.set_title(f"{digit.character}   {digit.confidence:.0%}", y=-0.32, fontsize=12)
    _save(figure, axes.flat, IMAGES / "readings.png")


def _save(figure: Figure, axes: object, target: Path) -> None:
    for axis in axes:  # type: ignore[attr-defined]
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_color("#cccccc")
    with write_whole(target) as temporary:
        if target.suffix == ".jpg":
            figure.savefig(temporary, dpi=110, facecolor="white", pil_kwargs={"quality": 88})
        else:
            # Eight-bit colours: a third of the size, and no visible difference.
            figure.savefig(temporary, dpi=110, facecolor="white")
            Image.open(temporary).convert("RGB").quantize(192, dither=Image.Dither.NONE).save(
                temporary, optimize=True
            )
    print(f"Wrote {target.relative_to(ROOT)} ({target.stat().st_size / 1024:.0f} KiB)")


if __name__ == "__main__":
    main()
