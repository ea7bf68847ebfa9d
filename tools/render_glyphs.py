"""Render what training takes from handwriting fonts into src/inkdigits/training/synthetic/glyphs.npz.

Usage: python tools/render_glyphs.py FOLDER, where FOLDER holds the unpacked Debian packages named in
TRAINING_FONTS (``apt-get download PACKAGE`` and ``dpkg -x PACKAGE_*.deb FOLDER``). The pictures are 1 bit deep and
64 pixels on the longer side; the licences of the fonts (OFL, BSD, public domain) leave renderings free.
"""

import sys
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from inkdigits.files.storage import write_whole
from inkdigits.training.synthetic.fonts import FOREIGN, GLYPH_HEIGHT, LETTERS, SYMBOLS, TRAINING_FONTS

TARGET = Path(__file__).parents[1] / "src/inkdigits/training/synthetic/glyphs.npz"
DIGITS = "0123456789"


def render(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray | None:
    """Return a boolean picture (h, w), the longer side 64, or None where the font leaves the place empty."""
    picture = Image.new("L", (1200, 1200))
    ImageDraw.Draw(picture).text((300, 300), character, font=font, fill=255)
    box = picture.getbbox()
    if box is None:
        return None
    glyph = picture.crop(box)
    scale = GLYPH_HEIGHT / max(glyph.size)
    size = [max(1, round(side * scale)) for side in glyph.size]
    return np.asarray(glyph.resize(size, Image.Resampling.BOX)) > 127


def main(folder: Path) -> None:
    """Render every character of every training font that has it."""
    sizes, bits, characters, fonts = [], [], [], []
    for package in TRAINING_FONTS:
        for name in package.files:
            (path,) = folder.rglob(name)
            available = TTFont(path, fontNumber=0, lazy=True).getBestCmap()
            font = ImageFont.truetype(str(path), 256)
            for character in ("" if package.letters_only else DIGITS) + LETTERS + SYMBOLS + FOREIGN:
                ink = render(font, character) if ord(character) in available else None
                if ink is None or ink.all():
                    continue
                sizes.append(ink.shape)
                bits.append(np.packbits(ink))
                characters.append(character)
                fonts.append(name)
    with write_whole(TARGET) as temporary:
        np.savez_compressed(
            temporary,
            sizes=np.array(sizes, np.uint8),
            bits=np.concatenate(bits),
            characters=np.array(characters),
            fonts=np.array(fonts),
        )
    print(f"{len(sizes)} glyphs of {len(set(fonts))} fonts, {TARGET.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
