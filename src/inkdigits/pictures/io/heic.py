"""Decoding of HEIC photos, the format of many telephones, by libheif; needs the extra ``heic``."""

from io import BytesIO
from typing import TYPE_CHECKING

from inkdigits.errors import MissingExtraError

if TYPE_CHECKING:
    from PIL import Image

BEGINNING = rb"....ftyp(heic|heix|heim|heis|hevc|hevx|hevm|hevs|mif1|msf1|heif)"
"""First bytes of a HEIC file, a regular expression: a box ``ftyp`` with a brand of HEIF (ISO/IEC 23008-12, annex B)."""


def open_image(file: BytesIO, name: str) -> "Image.Image":
    """Read the header of a HEIC file.

    Parameters
    ----------
    file
        The whole content.
    name
        Name of the file in messages.

    Returns
    -------
    Image
        Not decoded yet; libheif applies its EXIF orientation.

    Raises
    ------
    MissingExtraError
        If ``pillow-heif`` is not installed.
    """
    try:
        import pillow_heif
    except ImportError as error:
        raise MissingExtraError(f"{name} is a HEIC photo; reading it", "heic", "pillow-heif") from error
    image: Image.Image = pillow_heif.HeifImageFile(file)
    return image
