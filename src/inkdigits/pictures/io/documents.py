"""The pages of documents, PDF files and TIFF files with several pages, as separate pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.choices import PDF_BEGINNING, TIFF_BEGINNINGS
from inkdigits.errors import PictureError
from inkdigits.pictures.io import formats, pdf
from inkdigits.pictures.io.decode import read_file

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource


@dataclass(frozen=True)
class DocumentPage:
    """One page of a document.

    Attributes
    ----------
    document
        The path of the file, or its bytes.
    name
        Name of the document in messages.
    number
        The page, from 0.
    """

    document: Path | bytes
    name: str
    number: int


def count_pages(document: Path | bytes, name: str) -> int:
    """Count the pages of a document.

    Parameters
    ----------
    document
        The path of a file of any format, or its bytes.
    name
        Its name in messages.

    Returns
    -------
    int
        Number of pages; 0 if the file is one picture, such as a TIFF with one page.

    Raises
    ------
    PictureError
        If the file cannot be read, or is a PDF that is damaged, encrypted or without pages.
    MissingExtraError
        If the file is a PDF, and PDFium is not installed.
    """
    content = _load(document)
    if content.startswith(PDF_BEGINNING):
        return pdf.count_pages(content, name)
    if content.startswith(TIFF_BEGINNINGS):
        return formats.count_tiff_pages(content, name)
    return 0


def extract_page(page: DocumentPage) -> "PictureSource":
    """Extract a page of a document.

    Parameters
    ----------
    page
        The page.

    Returns
    -------
    ndarray or Image
        An input of `decode`.

    Raises
    ------
    PictureError
        If the page does not exist or cannot be rendered, or the file cannot be read any more.
    MissingExtraError
        If the file is a PDF, and PDFium is not installed.
    """
    content = _load(page.document)
    is_pdf = content.startswith(PDF_BEGINNING)
    decode_pages = pdf.render_pages if is_pdf else formats.decode_tiff_pages
    picture: PictureSource | PictureError | None = next(
        iter(decode_pages(content, page.name, first=page.number)), None
    )
    if picture is None:
        raise PictureError(f"{page.name} has no page {page.number + 1} any more; read it again")
    if isinstance(picture, PictureError):
        raise picture
    return picture


def _load(document: Path | bytes) -> bytes:
    return document if isinstance(document, bytes) else read_file(document)
