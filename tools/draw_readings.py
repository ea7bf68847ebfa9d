"""Draws the README's picture: the samples, what the network sees of each, and what it reads.

python tools/draw_readings.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image

from inkdigits import Reader
from inkdigits.storage import write_whole

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "images" / "readings.png"
BOX = "#c0392b"


def main() -> None:
    """Read every sample with the default model and draw what came of it."""
    paths = sorted(path for path in (ROOT / "samples").iterdir() if path.suffix in (".png", ".jpg"))
    reader = Reader()
    figure, axes = plt.subplots(
        2, len(paths), figsize=(1.5 * len(paths), 3.1), height_ratios=[1.45, 1], layout="constrained"
    )
    for (above, below), path in zip(axes.T, paths, strict=True):
        picture = Image.open(path).convert("RGB")
        (digit,) = reader.read(path).digits
        above.imshow(picture)
        x, y, width, height = digit.box
        above.add_patch(plt.Rectangle((x, y), width, height, fill=False, color=BOX, linewidth=1))
        below.imshow(digit.image, cmap="gray")
        below.set_title(f"{digit.character}   {digit.confidence:.0%}", y=-0.32, fontsize=12)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_color("#cccccc")
    with write_whole(TARGET) as temporary:
        # Eight-bit colours: a third of the size, and no eye sees it.
        figure.savefig(temporary, dpi=110, facecolor="white")
        Image.open(temporary).convert("RGB").quantize(192, dither=Image.Dither.NONE).save(
            temporary, optimize=True
        )
    print(f"Wrote {TARGET.relative_to(ROOT)} ({TARGET.stat().st_size / 1024:.0f} KiB)")


if __name__ == "__main__":
    main()
