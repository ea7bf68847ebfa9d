import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.documents import DocumentPage, count_pages, extract_page
from inkdigits.pictures.io.formats import decode_tiff_pages


def make_document(form: str, n_pages: int) -> bytes:
    """Make a document whose pages have 60, 61 and so on columns, or inches for a PDF."""
    pages = [Image.new("L", (60 + number, 40), 255 - number) for number in range(n_pages)]
    file = io.BytesIO()
    options = {"resolution": 1.0 * 40} if form == "PDF" else {"compression": "tiff_lzw"}
    pages[0].save(file, form, save_all=True, append_images=pages[1:], **options)
    return file.getvalue()


def test_pages_of_a_tiff_are_extracted_in_any_order(tmp_path: Path) -> None:
    content = make_document("TIFF", 5)
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    for document in (content, path):
        assert count_pages(document, "a.tif") == 5
        for number in (3, 0, 4, 1, 2):
            picture = decode(extract_page(DocumentPage(document, "a.tif", number)))
            assert picture.given_size == (60 + number, 40)
            assert (picture.pixels == 255 - number).all()


def test_pages_of_a_pdf_are_extracted_in_any_order() -> None:
    pytest.importorskip("pypdfium2")
    content = make_document("PDF", 3)
    assert count_pages(content, "a.pdf") == 3
    for number in (2, 0, 1):
        width, height = decode(extract_page(DocumentPage(content, "a.pdf", number))).given_size
        assert abs(width - 5 * (60 + number)) <= 1
        assert height == 200


def test_a_file_of_one_picture_has_no_pages(tmp_path: Path) -> None:
    assert count_pages(make_document("TIFF", 1), "a.tif") == 0
    assert count_pages(b"II*\0 damaged", "a.tif") == 0
    assert count_pages(b"anything", "a.png") == 0
    with pytest.raises(PictureError, match="does not exist"):
        count_pages(tmp_path / "missing.tif", "missing.tif")


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_pages_of_a_damaged_tiff_are_those_that_are_decoded_one_after_the_other(compression: str) -> None:
    rng = np.random.default_rng(1)
    pages = [Image.fromarray(rng.integers(0, 255, (20, 20 + number), dtype=np.uint8)) for number in range(4)]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    whole = file.getvalue()
    numbers_of_pages = set()
    for end in range(len(whole) // 5, len(whole), 23):
        content = whole[:end]
        expected = list(decode_tiff_pages(content, "a.tif"))
        numbers_of_pages.add(len(expected))
        assert count_pages(content, "a.tif") == len(expected)
        for number, page in enumerate(expected):
            if isinstance(page, PictureError):
                with pytest.raises(PictureError) as caught:
                    extract_page(DocumentPage(content, "a.tif", number))
                assert str(caught.value) == str(page)
            else:
                extracted = extract_page(DocumentPage(content, "a.tif", number))
                np.testing.assert_array_equal(np.asarray(extracted), np.asarray(page))
    assert numbers_of_pages >= {2, 3, 4}


def test_a_page_that_is_gone_is_an_error() -> None:
    for content, number in ((make_document("TIFF", 3), 3), (make_document("TIFF", 1), 0), (b"none", 0)):
        with pytest.raises(PictureError, match=rf"a\.tif has no page {number + 1} any more"):
            extract_page(DocumentPage(content, "a.tif", number))
