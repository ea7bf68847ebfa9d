"""PDF pages and HEIC photos, which need the extras `pdf` and `heic`."""

import importlib
import io
import json
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
from inkdigits.pictures.io.limits import WORKING_PIXELS


def page(shade: int, width: int = 170, height: int = 220) -> Image.Image:
    pixels = np.full((height, width), shade, np.uint8)
    pixels[20:120, 80:92] = 0
    return Image.fromarray(pixels)


def pdf_of(*pages: Image.Image, dots_per_inch: float = 20) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dots_per_inch)
    return buffer.getvalue()


@pytest.fixture
def pages() -> bytes:
    pytest.importorskip("pypdfium2")
    return pdf_of(page(255), page(200))


def test_every_page_of_a_pdf_is_a_picture_at_200_dots_per_inch(pages: bytes) -> None:
    first, second = pdf.pages(pages, "a.pdf")
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert first.shape == second.shape == (2200, 1700, 3)
    assert first[100, 100].min() > 250
    assert np.abs(second[100, 100].astype(int) - 200).max() < 5
    assert first[600, 860].max() < 5


def test_a_pdf_without_a_name_gives_its_first_page(pages: bytes) -> None:
    for source in (pages, io.BytesIO(pages)):
        picture = decode(source)
        assert picture.given_size == (1700, 2200)
        assert picture.pixels[100, 100].min() > 250


def test_a_large_page_is_drawn_smaller() -> None:
    pytest.importorskip("pypdfium2")
    (drawn,) = pdf.pages(pdf_of(page(255), dots_per_inch=2), "a.pdf")
    assert isinstance(drawn, np.ndarray)
    assert 0.9 * WORKING_PIXELS < drawn.shape[0] * drawn.shape[1] <= 1.01 * WORKING_PIXELS


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, 9)])
def test_a_damaged_pdf_is_refused(pages: bytes, damage: slice) -> None:
    with pytest.raises(PictureError, match=r"a\.pdf is a PDF that is damaged"):
        list(pdf.pages(pages[damage], "a.pdf"))


def test_the_command_names_pages_by_number(pages: bytes, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(pages)
    assert CliRunner().invoke(command, [str(path)]).stdout == f"{path}#1\t1\n{path}#2\t1\n"
    assert CliRunner().invoke(command, [str(tmp_path)]).stdout == f"{path}#1\t1\n{path}#2\t1\n"
    assert CliRunner().invoke(command, ["-"], input=pages).stdout == "-#1\t1\n-#2\t1\n"


def heic_of(image: Image.Image, **options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95, **options)
    return buffer.getvalue()


def test_a_heic_photo_is_decoded() -> None:
    image = page(230)
    picture = decode(heic_of(image))
    assert picture.given_size == (170, 220)
    grey = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[:, :, 0]
    assert np.abs(grey.astype(int) - np.asarray(image)).mean() < 3


def test_a_heic_photo_is_turned_upright_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    picture = decode(heic_of(page(230), exif=exif.tobytes()))
    expected = np.rot90(np.asarray(page(230)), -1)
    grey = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[:, :, 0]
    assert picture.given_size == (220, 170)
    assert np.abs(grey.astype(int) - expected).mean() < 3


def test_a_heic_photo_cut_off_is_refused() -> None:
    content = heic_of(page(230))
    for end in (20, 100, len(content) // 2, len(content) - 20):
        with pytest.raises(PictureError, match="damaged or cut off") as caught:
            decode(content[:end])
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "package", "extra"),
    [(b"%PDF-1.7 ...", "pypdfium2", "pdf"), (b"\0\0\0\x18ftypheic....", "pillow_heif", "heic")],
)
def test_without_its_extra_a_file_names_it(
    content: bytes, package: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError):
        importlib.import_module(package)
    with pytest.raises(MissingExtraError, match=rf'pip install "inkdigits\[{extra}\]"'):
        decode(content)
    path = tmp_path / "picture"
    path.write_bytes(content)
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("inkdigits: ")
    assert len(result.stderr.splitlines()) == 1


def tiff_of(*sheets: np.ndarray) -> bytes:
    file = io.BytesIO()
    first, *others = (Image.fromarray(sheet) for sheet in sheets)
    first.save(file, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")
    return file.getvalue()


@pytest.fixture
def tiff() -> bytes:
    sheet = np.full((100, 80), 255, np.uint8)
    sheet[20:80, 36:44] = 0
    return tiff_of(sheet, np.pad(sheet, 20, constant_values=255), sheet)


def test_the_command_reads_every_page_of_a_tiff(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff)
    wanted = "".join(f"{path}#{n}\t1\n" for n in (1, 2, 3))
    assert CliRunner().invoke(command, [str(path)]).stdout == wanted
    assert CliRunner().invoke(command, ["-"], input=tiff).stdout == "-#1\t1\n-#2\t1\n-#3\t1\n"
    answer = json.loads(CliRunner().invoke(command, ["--format", "json", str(path)]).stdout)
    assert [(page["width"], page["height"]) for page in answer] == [(80, 100), (120, 140), (80, 100)]


def test_a_tiff_of_one_page_is_a_picture(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "one.tif"
    path.write_bytes(tiff_of(np.asarray(Image.open(io.BytesIO(tiff)))))
    assert CliRunner().invoke(command, [str(path)]).stdout == "1\n"


def test_the_whole_pages_of_a_damaged_tiff_are_read(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    for end in (450, len(tiff) // 2, 3 * len(tiff) // 4):  # the first page is whole
        path.write_bytes(tiff[:end])
        result = CliRunner().invoke(command, [str(path)])
        assert result.exit_code == 1
        assert result.stdout.startswith(f"{path}#1\t1\n")
        assert "Traceback" not in result.output
        lines = [line for line in result.stderr.splitlines() if line]
        assert all(line.startswith("inkdigits: ") for line in lines)
