"""Handwriting fonts of Debian, split by family into training and evaluation fonts, and digits drawn from them.

Training does not need the font files: the glyphs of the training fonts were rendered once to `glyphs.npz` (by
``tools/render_glyphs.py``), as binary pictures. The evaluation fonts are not used in training, so recognition can be
measured on unseen handwriting. No font family is in both parts.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, SIDE, DigitImages
from inkdigits.training.synthetic.rendering import to_digit_image

GLYPH_HEIGHT = 64
"""Longer side of a rendered glyph, in pixels."""


@dataclass(frozen=True)
class FontPackage:
    """The fonts of one family in one Debian package.

    Attributes
    ----------
    package
        The Debian package.
    licence
        The licence of the fonts.
    files
        The fonts' file names.
    letters_only
        Whether only the letters are used.
    """

    package: str
    licence: str
    files: tuple[str, ...]
    letters_only: bool = False


TRAINING_FONTS = (
    FontPackage(
        "fonts-bwht",
        "OFL-1.1",
        tuple(
            f"BecauseWe{name}-Regular.otf"
            for name in ("Build", "Connect", "Create", "Learn", "Mentor", "Organize")
        ),
    ),
    FontPackage("fonts-dkg-handwriting", "OFL-1.1", ("dkg.ttf", "dkgBd.ttf", "dkgIt.ttf", "dkgBI.ttf")),
    FontPackage("fonts-kiloji", "BSD-3-Clause", ("kiloji.ttf", "kiloji_b.ttf")),
    FontPackage("fonts-kristi", "OFL-1.1", ("Kristi.ttf",)),
    FontPackage("fonts-nanum", "OFL-1.1", ("NanumPen.ttf", "NanumBrush.ttf")),
    FontPackage("fonts-klee", "OFL-1.1", ("KleeOne-Regular.ttf",)),
    FontPackage("fonts-kaushanscript", "OFL-1.1", ("KaushanScript-Regular.otf",)),
    FontPackage("fonts-yozvox-yozfont-edu", "OFL-1.1", ("YOzRE_.ttf",)),
    FontPackage("fonts-aoyagi-soseki", "public domain", ("aoyagi-soseki.ttf",)),
    FontPackage("fonts-aoyagi-kouzan-t", "public domain", ("AoyagiKouzanT.ttf",)),
    FontPackage("fonts-kouzan-mouhitsu", "public domain", ("kouzan-mouhitsu-gyosho.ttf",)),
    FontPackage("fonts-cegui", "OFL-1.1", ("GreatVibes-Regular.ttf",)),
    FontPackage("fonts-woowa-bm", "OFL-1.1", ("BMYEONSUNG_ttf.ttf", "BMKIRANGHAERANG-TTF.ttf")),
    FontPackage("fonts-comic-neue", "OFL-1.1", ("ComicNeue-Regular.otf",)),
    FontPackage("fonts-kalapi", "OFL-1.1", ("Kalapi.ttf",)),
    FontPackage("fonts-joscelyn", "OFL-1.1", ("Joscelyn-Regular.otf",), letters_only=True),  # its 1 is an i
)
"""Fonts for training; their rendered glyphs are part of this package."""

EVALUATION_FONTS = (
    FontPackage("fonts-breip", "GPL-2+ or OFL-1.0", ("Breip.ttf",)),
    FontPackage("fonts-sjfonts", "GPL-2+ with font exception", ("Delphine.ttf", "SteveHand.ttf")),
    FontPackage("fonts-tomsontalks", "GPL-3 or OFL-1.1", ("TomsonTalks.ttf",)),
    FontPackage("fonts-rufscript", "GPL-3 with font exception", ("Rufscript010.ttf",)),
    FontPackage("fonts-dustin", "GPL-2", ("Domestic_Manners.ttf", "Junkyard.ttf")),
    FontPackage("fonts-tlwg-purisa-otf", "GPL-2+ with font exception", ("Purisa.otf", "Purisa-Bold.otf")),
    FontPackage("fonts-seto", "OFL-1.1", ("setofont.ttf",)),
    FontPackage("fonts-humor-sans", "OFL-1.1", ("Humor-Sans.ttf",)),
    FontPackage("fonts-yusei-magic", "OFL-1.1", ("YuseiMagic-Regular.ttf",)),
    FontPackage("fonts-dancingscript", "OFL-1.1", ("DancingScript-Regular.otf",)),
    FontPackage("fonts-unfonts-extra", "GPL-2", ("UnPilgia.ttf",)),
    FontPackage("fonts-alee", "Artistic", ("Eunjin.ttf", "EunjinNakseo.ttf")),
    FontPackage("fonts-lxgw-wenkai", "OFL-1.1", ("LXGWWenKai-Regular.ttf",)),
    FontPackage("fonts-leckerli-one", "OFL-1.1", ("LeckerliOne-Regular.ttf",)),
    FontPackage("fonts-havana", "OFL-1.1", ("Havana-Regular.otf",)),
    FontPackage("fonts-linex", "GPL-2", ("Abecedario.ttf",)),
    FontPackage("fonts-ecolier-court", "OFL-1.1", ("Ecolier-court.ttf",)),
    FontPackage("fonts-navilu", "OFL-1.1", ("Navilu.ttf",)),
)
"""Fonts for benchmarks only; training never uses them."""

LETTERS = "ACEFHKLMNPRTVWXacdefhkmnprtvwxæñéç"
"""Letters that do not look like digits. Excluded as similar: B D G I J O Q S U Y Z b g i j l o q s u y z."""

SYMBOLS = '+=×÷?!@#%*~∞√πΩαμ<[:;"€£¥©★♥→←ЖЩЯЮИД'
"""Signs that do not look like digits. Excluded as similar to digits: & $ § ø θ β δ σ λ ° ( ) / | and others."""

FOREIGN = (
    "あおかきけさすせたなぬねはふほまみむめもやよれわアエオカキケサシセタナニネヒホマミメモヤ"
    "木水山犬永大小中月火土金本田米王正文年生車한글정가나다마바사자차카파하"
)
"""East Asian syllables and characters that do not look like digits."""


@dataclass(frozen=True)
class Glyphs:
    """Rendered glyphs.

    Attributes
    ----------
    pictures
        One ``uint8`` picture (h, w) each, ink 255 on paper 0, the longer side 64.
    characters
        The character of each, shape (n,).
    fonts
        The file name of its font, shape (n,).
    """

    pictures: tuple[NDArray[np.uint8], ...]
    characters: NDArray[np.str_]
    fonts: NDArray[np.str_]

    def indices_of(self, characters: str) -> NDArray[np.int64]:
        """Return the indices of the glyphs of these characters."""
        return np.flatnonzero(np.isin(self.characters, list(characters)))


@cache
def training_glyphs() -> Glyphs:
    """Load the rendered glyphs of the training fonts."""
    with (
        files("inkdigits.training.synthetic").joinpath("glyphs.npz").open("rb") as file,
        np.load(file) as stored,
    ):
        sizes, bits = stored["sizes"].astype(int), stored["bits"]
        pictures, start = [], 0
        for height, width in sizes:
            end = start + -(-height * width // 8)
            ink = np.unpackbits(bits[start:end], count=height * width)
            pictures.append(ink.reshape(height, width) * np.uint8(255))
            start = end
        return Glyphs(tuple(pictures), stored["characters"], stored["fonts"])


def draw_font_digits(n: int, rng: np.random.Generator) -> tuple[DigitImages, NDArray[np.int64]]:
    """Draw digits from the training fonts, with balanced classes.

    Parameters
    ----------
    n
        Number of images.
    rng
        The random generator.

    Returns
    -------
    images : ndarray
        ``uint8`` of shape (n, 28, 28), in normal form.
    labels : ndarray
        ``int64`` of shape (n,).
    """
    glyphs = training_glyphs()
    of_digit = [glyphs.indices_of(str(digit)) for digit in range(N_CLASSES)]
    labels = rng.permutation(np.arange(n, dtype=np.int64) % N_CLASSES)
    images = np.zeros((n, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:] = draw_glyph(glyphs.pictures[rng.choice(of_digit[label])], rng)
    return images, labels


def draw_glyph(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Slant, rotate and scale a glyph, change its stroke width, and normalise it to a digit image."""
    room = GLYPH_HEIGHT // 2
    paper = cv2.copyMakeBorder(picture, room, room, room, room, cv2.BORDER_CONSTANT, value=0)
    angle, slant = np.deg2rad(rng.normal(0, 5)), rng.normal(0, 0.12)
    stretch = np.exp(rng.normal(0, 0.12))
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos * stretch, cos * slant - sin], [sin * stretch, sin * slant + cos]])
    middle = np.array([paper.shape[1], paper.shape[0]]) / 2
    matrix = np.column_stack([linear, middle - linear @ middle])
    drawn = cv2.GaussianBlur(cv2.warpAffine(paper, matrix, paper.shape[::-1]), (0, 0), 1.0)
    reach = int(rng.integers(-1, 4))
    if reach > 0:
        drawn = cv2.dilate(
            drawn, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        )
    elif reach < 0:
        thinner = cv2.erode(drawn, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
        # Thin strokes that would break are not eroded.
        drawn = thinner if thinner.sum() > 0.6 * drawn.sum() else drawn
    return to_digit_image(np.asarray(drawn, np.uint8), rng)
