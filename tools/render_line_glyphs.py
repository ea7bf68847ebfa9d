"""Render what written lines take from fonts into src/inkdigits/training/synthetic/line_glyphs.npz.

Usage: python tools/render_line_glyphs.py FOLDER, where FOLDER holds one folder per family named below, each the
unpacked npm package ``@fontsource/FAMILY`` (``npm pack @fontsource/FAMILY`` and ``tar xzf PACKAGE.tgz
--one-top-level=FOLDER/FAMILY``). All pictures of one font, 1 bit deep, share one scale, so that they can be set side
by side: its ten digits are 48 pixels high on average, and each picture knows how far below the top of the digits it
starts. The licences of the fonts (OFL-1.1, and Apache-2.0 where APACHE_FONTS says so) leave renderings free.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inkdigits.files.storage import write_whole

TARGET = Path(__file__).parents[1] / "src/inkdigits/training/synthetic/line_glyphs.npz"
DIGITS = "0123456789"
SIGNS = ".,-/:+×$%()=#"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGIT_HEIGHT = 48
"""Mean height of a font's digits, in pixels."""
LONGEST = 120
"""A glyph that is wider or taller than this many pixels is left out."""

HANDWRITTEN_FONTS = (
    "alex-brush",
    "allura",
    "amatic-sc",
    "annie-use-your-telescope",
    "architects-daughter",
    "bad-script",
    "balsamiq-sans",
    "beth-ellen",
    "birthstone",
    "borel",
    "caveat",
    "caveat-brush",
    "cedarville-cursive",
    "chilanka",
    "coming-soon",
    "cookie",
    "courgette",
    "covered-by-your-grace",
    "crafty-girls",
    "damion",
    "delicious-handrawn",
    "delius",
    "edu-sa-hand",
    "edu-vic-wa-nt-beginner",
    "ephesis",
    "finger-paint",
    "fuzzy-bubbles",
    "gaegu",
    "gamja-flower",
    "gloria-hallelujah",
    "gochi-hand",
    "handlee",
    "hi-melody",
    "homemade-apple",
    "indie-flower",
    "italianno",
    "itim",
    "just-another-hand",
    "kalam",
    "la-belle-aurore",
    "licorice",
    "liu-jian-mao-cao",
    "long-cang",
    "loved-by-the-king",
    "ma-shan-zheng",
    "mali",
    "mansalva",
    "marck-script",
    "mr-de-haviland",
    "ms-madi",
    "neucha",
    "oooh-baby",
    "over-the-rainbow",
    "patrick-hand",
    "permanent-marker",
    "playpen-sans",
    "playwrite-at",
    "playwrite-au-vic",
    "playwrite-cl",
    "playwrite-cz",
    "playwrite-es",
    "playwrite-fr-moderne",
    "playwrite-fr-trad",
    "playwrite-hr",
    "playwrite-hu",
    "playwrite-in",
    "playwrite-it-moderna",
    "playwrite-it-trad",
    "playwrite-nl",
    "playwrite-no",
    "playwrite-nz",
    "playwrite-pe",
    "playwrite-ro",
    "playwrite-us-modern",
    "playwrite-za",
    "poor-story",
    "reenie-beanie",
    "rock-salt",
    "sacramento",
    "satisfy",
    "schoolbell",
    "sedgwick-ave",
    "shadows-into-light",
    "shantell-sans",
    "short-stack",
    "smooch",
    "sriracha",
    "sue-ellen-francisco",
    "swanky-and-moo-moo",
    "the-girl-next-door",
    "twinkle-star",
    "vibur",
    "waiting-for-the-sunrise",
    "yomogi",
    "zen-kurenaido",
    "zeyada",
)
"""Families written with a pen, in a school's hand or somebody's own. Left out: fonts whose digits repeat another's."""

PRINTED_FONTS = (
    "anonymous-pro",
    "arvo",
    "barlow-condensed",
    "bebas-neue",
    "courier-prime",
    "cousine",
    "dseg7",
    "eb-garamond",
    "ibm-plex-mono",
    "ibm-plex-serif",
    "inconsolata",
    "lato",
    "league-gothic",
    "lekton",
    "merriweather",
    "old-standard-tt",
    "open-sans",
    "orbitron",
    "oswald",
    "playfair-display",
    "press-start-2p",
    "quicksand",
    "roboto",
    "roboto-mono",
    "roboto-slab",
    "saira-stencil-one",
    "share-tech-mono",
    "space-mono",
    "special-elite",
    "tinos",
    "vt323",
    "zilla-slab",
)
"""Families as they are printed, typed or shown on a display."""

APACHE_FONTS = frozenset(
    {
        "coming-soon",
        "crafty-girls",
        "homemade-apple",
        "just-another-hand",
        "permanent-marker",
        "roboto-slab",
        "rock-salt",
        "satisfy",
        "schoolbell",
        "special-elite",
    }
)
"""Families under Apache-2.0; all others are under OFL-1.1."""

FILE_ENDINGS = {"dseg7": "classic-400-normal.woff"}
"""How the name of the font's file ends, where it is not ``latin-400-normal.woff``."""

STATED_LICENCES = {"dseg7": "MIT"}
"""What the package states for its own few lines of style sheet, where that is not the licence of the font."""


def draw(font: ImageFont.FreeTypeFont, character: str) -> tuple[Image.Image, int] | None:
    """Return a large grey picture of a character and its top, or None where the font leaves the place empty."""
    picture = Image.new("L", (1600, 1600))
    ImageDraw.Draw(picture).text((500, 500), character, font=font, fill=255)
    box = picture.getbbox()
    return None if box is None else (picture.crop(box), box[1])


def shrink(glyph: Image.Image, scale: float) -> NDArray[np.bool_]:
    """Return the glyph as a boolean picture at the given scale; a stroke thinner than a pixel stays whole."""
    size = [max(1, round(side * scale)) for side in glyph.size]
    grey = np.asarray(glyph.resize((size[0], size[1]), Image.Resampling.BOX))
    ink = grey > 127
    return ink if ink.sum() * 255 > 0.85 * grey.sum() else grey > 80


def render_font(path: Path) -> dict[str, tuple[NDArray[np.bool_], int]] | None:
    """Render the digits, signs and letters of one font, all at the scale of its digits.

    Parameters
    ----------
    path
        The font's file.

    Returns
    -------
    dict or None
        Of each character that the font has its picture (h, w) and its top relative to the mean top of the digits;
        None if a digit is missing, empty or the likeness of another.
    """
    stored = TTFont(path)
    available = stored.getBestCmap()
    stored.flavor = None
    plain = BytesIO()
    stored.save(plain)
    font = ImageFont.truetype(BytesIO(plain.getvalue()), 256, layout_engine=ImageFont.Layout.BASIC)
    drawn = {}
    for character in DIGITS + SIGNS + LETTERS:
        found = draw(font, character) if ord(character) in available else None
        if found is not None:
            drawn[character] = found
    if not drawn.keys() >= set(DIGITS) or len({drawn[digit][0].tobytes() for digit in DIGITS}) < len(DIGITS):
        return None
    scale = DIGIT_HEIGHT / float(np.mean([drawn[digit][0].height for digit in DIGITS]))
    origin = float(np.mean([drawn[digit][1] for digit in DIGITS]))
    rendered = {
        character: (shrink(glyph, scale), round((top - origin) * scale))
        for character, (glyph, top) in drawn.items()
    }
    rendered = {
        character: (ink, top)
        for character, (ink, top) in rendered.items()
        if max(ink.shape) <= LONGEST and ink.any()
    }
    return rendered if rendered.keys() >= set(DIGITS) else None


def check_licence(family: str, folder: Path) -> None:
    """Stop unless the package states the licence that this list gives its family."""
    (path,) = folder.rglob("package.json")
    stated = json.loads(path.read_text())["license"]
    licence = STATED_LICENCES.get(family, "Apache-2.0" if family in APACHE_FONTS else "OFL-1.1")
    if stated != licence:
        sys.exit(f"{family} is under {stated}, not {licence}; correct the lists")


def main(folder: Path) -> None:
    """Render every character of every font that has it."""
    sizes, tops, bits, characters, fonts, printed = [], [], [], [], [], []
    for family in HANDWRITTEN_FONTS + PRINTED_FONTS:
        check_licence(family, folder / family)
        (path,) = (folder / family).rglob(f"*-{FILE_ENDINGS.get(family, 'latin-400-normal.woff')}")
        rendered = render_font(path)
        if rendered is None:
            print(f"{family} lacks digits; left out")
            continue
        for character, (ink, top) in rendered.items():
            sizes.append(ink.shape)
            tops.append(top)
            bits.append(np.packbits(ink))
            characters.append(character)
            fonts.append(family)
            printed.append(family in PRINTED_FONTS)
    with write_whole(TARGET) as temporary:
        np.savez_compressed(
            temporary,
            sizes=np.array(sizes, np.uint8),
            tops=np.array(tops, np.int16),
            bits=np.concatenate(bits),
            characters=np.array(characters),
            fonts=np.array(fonts),
            printed=np.array(printed),
        )
    print(f"{len(sizes)} glyphs of {len(set(fonts))} fonts, {TARGET.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
