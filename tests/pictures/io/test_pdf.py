import importlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkdigits.commands.read import command
from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.pictures.io import pdf
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.picture_size import WORKING_PIXELS


def draw_page(shade: int, width: int = 170, height: int = 220) -> Image.Image:
    pixels = np.full((height, width), shade, np.uint8)
    pixels[20:120, 80:92] = 0
    return Image.fromarray(pixels)


def make_pdf(*pages: Image.Image, dots_per_inch: float = 20) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dots_per_inch)
    return buffer.getvalue()


@pytest.fixture
def pages() -> bytes:
    pytest.importorskip("pypdfium2")
    return make_pdf(draw_page(255), draw_page(200))


def test_pages_are_rendered_at_200_dots_per_inch(pages: bytes) -> None:
    first, second = pdf.render_pages(pages, "a.pdf")
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert first.shape == second.shape == (2200, 1700, 3)
    assert first[100, 100].min() > 250
    assert np.abs(second[100, 100].astype(int) - 200).max() < 5
    assert first[600, 860].max() < 5


def test_decode_gives_the_first_page(pages: bytes) -> None:
    for source in (pages, io.BytesIO(pages)):
        picture = decode(source)
        assert picture.given_size == (1700, 2200)
        assert picture.pixels[100, 100].min() > 250


def test_large_page_is_rendered_at_a_lower_resolution() -> None:
    pytest.importorskip("pypdfium2")
    (drawn,) = pdf.render_pages(make_pdf(draw_page(255), dots_per_inch=2), "a.pdf")
    assert isinstance(drawn, np.ndarray)
    assert 0.9 * WORKING_PIXELS < drawn.shape[0] * drawn.shape[1] <= 1.01 * WORKING_PIXELS


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, 9)])
def test_damaged_pdf_raises_an_error(pages: bytes, damage: slice) -> None:
    with pytest.raises(PictureError, match=r"a\.pdf is a PDF that is damaged"):
        list(pdf.render_pages(pages[damage], "a.pdf"))


@pytest.mark.slow
def test_command_numbers_the_pages(pages: bytes, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(pages)
    assert CliRunner().invoke(command, [str(path)]).stdout == f"{path}#1\t1\n{path}#2\t1\n"
    assert CliRunner().invoke(command, [str(tmp_path)]).stdout == f"{path}#1\t1\n{path}#2\t1\n"
    assert CliRunner().invoke(command, ["-"], input=pages).stdout == "-#1\t1\n-#2\t1\n"


def test_missing_extra_is_in_the_error_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = b"%PDF-1.7 ..."
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(ImportError):
        importlib.import_module("pypdfium2")
    with pytest.raises(MissingExtraError, match=r'pip install "inkdigits\[pdf\]"'):
        decode(content)
    path = tmp_path / "picture"
    path.write_bytes(content)
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("inkdigits: ")
    assert len(result.stderr.splitlines()) == 1
