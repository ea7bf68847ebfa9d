"""Handwriting fonts of Debian's archive that training never sees: letters, symbols, and digits in other styles."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.reading.pictures.random_fields import Field

EVALUATION_FONTS: dict[str, tuple[str, ...]] = {
    "fonts-breip": ("Breip.ttf",),
    "fonts-sjfonts": ("Delphine.ttf", "SteveHand.ttf"),
    "fonts-tomsontalks": ("TomsonTalks.ttf",),
    "fonts-rufscript": ("Rufscript010.ttf",),
    "fonts-dustin": ("Domestic_Manners.ttf", "Junkyard.ttf"),
    "fonts-tlwg-purisa-otf": ("Purisa.otf", "Purisa-Bold.otf"),
    "fonts-seto": ("setofont.ttf",),
    "fonts-humor-sans": ("Humor-Sans.ttf",),
    "fonts-yusei-magic": ("YuseiMagic-Regular.ttf",),
    "fonts-dancingscript": ("DancingScript-Regular.otf",),
    "fonts-unfonts-extra": ("UnPilgia.ttf",),
    "fonts-alee": ("Eunjin.ttf", "EunjinNakseo.ttf"),
    "fonts-lxgw-wenkai": ("LXGWWenKai-Regular.ttf",),
    "fonts-leckerli-one": ("LeckerliOne-Regular.ttf",),
    "fonts-havana": ("Havana-Regular.otf",),
    "fonts-linex": ("Abecedario.ttf",),
    "fonts-ecolier-court": ("Ecolier-court.ttf",),
    "fonts-navilu": ("Navilu.ttf",),
}
"""Debian package -> font files; families shared with the training side are not among them."""

WITHOUT_LETTERS = frozenset({"Navilu.ttf"})
"""Fonts that have digits only."""

WITHOUT_SMALL_LETTERS = frozenset({"Humor-Sans.ttf"})
"""Fonts whose small letters repeat the capitals."""

DOUBTFUL_DIGITS = {
    "Breip.ttf": "0",
    "Delphine.ttf": "0",
    "Junkyard.ttf": "0",
    "setofont.ttf": "0",
    "UnPilgia.ttf": "7",
}
"""Digits left out because their truth is in doubt: a 0 slashed or open like a U, a 7 that might be a flagged 1."""

LIKE_DIGITS = frozenset("OoQDIiljJ|!/\\()[]{}'`SsZzBbGgqyYT?$&")
"""Letters and symbols left out, because some hand writes a digit the same way.

O o Q D as 0; I i l j J | ! / and brackets as 1; Z z as 2; S s $ & as 5 or 8; B b as 8 or 6; G as 6; g q y as 9;
Y as an open 4; T and ? as 7. Point, comma, minus, dash and tilde are separators, with a row of their own.
"""

LETTERS = "ACEFHKLMNPRUVWXacdefhkmnprtuvwx"
SYMBOLS = "+=*#@%<>^"

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
FOLDER_VARIABLE = "INKDIGITS_FONTS"
"""Environment variable: one more folder to look for fonts in."""


@dataclass(frozen=True)
class Fonts:
    """The fonts that are installed, and the packages of those that are not."""

    files: tuple[Path, ...]
    missing_packages: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """Return an instruction to install the missing fonts."""
        return f"apt-get install {' '.join(self.missing_packages)}"


@lru_cache(maxsize=1)
def find_fonts() -> Fonts:
    """Look for the evaluation fonts in the system's font folders and in ``$INKDIGITS_FONTS``."""
    folders = [*FONT_FOLDERS, *([Path(os.environ[FOLDER_VARIABLE])] if FOLDER_VARIABLE in os.environ else [])]
    here = {
        path.name: path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*.[ot]tf"))
    }
    files = [here[name] for names in EVALUATION_FONTS.values() for name in names if name in here]
    missing = [
        package for package, names in EVALUATION_FONTS.items() if not all(name in here for name in names)
    ]
    return Fonts(tuple(files), tuple(missing))


@lru_cache(maxsize=64)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@lru_cache(maxsize=64)
def characters_of(path: Path, wanted: str) -> str:
    """Return those of ``wanted`` for which the font has a glyph that differs from its glyph for missing characters."""
    font = _font(path, 64)
    missing = bytes(font.getmask("\U000f1234"))
    drawn = (character for character in wanted if font.getmask(character).getbbox() is not None)
    return "".join(character for character in drawn if bytes(font.getmask(character)) != missing)


def letters_of(path: Path) -> str:
    """Return the letters and symbols of a font that count as non-digits."""
    wanted = SYMBOLS if path.name in WITHOUT_LETTERS else LETTERS + SYMBOLS
    if path.name in WITHOUT_SMALL_LETTERS:
        wanted = "".join(character for character in wanted if not character.islower())
    return characters_of(path, wanted)


def digits_of(path: Path) -> str:
    """Return the digits of a font that are recognisable."""
    doubtful = DOUBTFUL_DIGITS.get(path.name, "")
    return characters_of(path, "".join(digit for digit in "0123456789" if digit not in doubtful))


def font_mask(path: Path, character: str, height_px: float) -> Field:
    """Draw one character so that a digit of the same font would be ``height_px`` high.

    Returns
    -------
    ndarray
        ``float32`` ink mask in [0, 1], cropped to the ink.
    """
    probe = _font(path, 100).getbbox("8")
    size = max(8, round(height_px * 100 / max(probe[3] - probe[1], 1)))
    font = ImageFont.truetype(str(path), size)
    left, top, right, bottom = font.getbbox(character)
    pad = size // 2
    image = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad))
    ImageDraw.Draw(image).text((pad - left, pad - top), character, fill=255, font=font)
    box = image.getbbox()
    if box is None:
        raise ValueError(f"{path.name} draws nothing for {character!r}")
    return np.asarray(image.crop(box), np.float32) / 255
