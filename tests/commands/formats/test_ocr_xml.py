"""hOCR and ALTO, read back by an XML parser: every number is where it was found."""

import xml.etree.ElementTree as ET

import pytest

from inkdigits.commands.formats.ocr_xml import render_alto, render_hocr
from inkdigits.recognition.reading import Digit, Number, Reading

ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def number(text: str, x: int, y: int) -> Number:
    digits = tuple(
        Digit(int(character), 0.9, (x + 20 * i, y, 15, 30), ((3, 0.05), (8, 0.005)))
        for i, character in enumerate(text)
        if character.isdigit()
    )
    width = digits[-1].box[0] + 15 - digits[0].box[0]
    return Number(text, digits, 0.75, (digits[0].box[0], y, width, 30))


@pytest.fixture
def pages() -> list[tuple[str, Reading]]:
    blank = Number("_", (Digit(None, 1.0, (0, 0, 9, 9), (), "blank"),), 1.0, (0, 0, 9, 9))
    first = Reading((number("1.25", 10, 20), number("7", 200, 22), number("905", 12, 90)), (400, 300))
    return [("a & <b>.png", first), ("empty.png", Reading((blank,), (50, 40)))]


def test_hocr_holds_pages_lines_words_and_characters(pages: list[tuple[str, Reading]]) -> None:
    root = ET.fromstring(render_hocr(pages))
    found = {
        name: [each for each in root.iter() if each.get("class") == name]
        for name in ("ocr_page", "ocr_line", "ocrx_word", "ocrx_cinfo")
    }
    assert [len(each) for each in found.values()] == [2, 2, 3, 7]
    assert found["ocr_page"][0].get("title") == 'image "a & <b>.png"; bbox 0 0 400 300; ppageno 0'
    assert ["".join(word.itertext()).strip() for word in found["ocrx_word"]] == ["1.25", "7", "905"]
    assert found["ocrx_word"][0].get("title") == "bbox 10 20 85 50; x_wconf 75"
    assert found["ocr_line"][0].get("title") == "bbox 10 20 215 52"
    assert found["ocrx_cinfo"][1].get("title") == "x_bboxes 50 20 65 50; x_conf 90.0"
    assert len({each.get("id") for each in root.iter() if each.get("id")}) == 7


def test_alto_holds_pages_lines_strings_and_glyphs(pages: list[tuple[str, Reading]]) -> None:
    root = ET.fromstring(render_alto(pages))
    strings = list(root.iter(f"{ALTO}String"))
    assert [each.get("CONTENT") for each in strings] == ["1.25", "7", "905"]
    assert [len(list(root.iter(ALTO + name))) for name in ("Page", "TextBlock", "TextLine", "SP")] == [
        2,
        1,
        2,
        1,
    ]
    place = {key: strings[0].get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT", "WC")}
    assert place == {"HPOS": "10", "VPOS": "20", "WIDTH": "75", "HEIGHT": "30", "WC": "0.7500"}
    glyphs = list(strings[0].iter(f"{ALTO}Glyph"))
    assert [(glyph.get("CONTENT"), glyph.get("HPOS")) for glyph in glyphs] == [
        ("1", "10"),
        ("2", "50"),
        ("5", "70"),
    ]
    assert [variant.get("CONTENT") for variant in glyphs[0]] == ["3"]
    ids = [each.get("ID") for each in root.iter() if each.get("ID")]
    assert len(set(ids)) == len(ids)


def test_a_row_of_cells_keeps_its_signs_in_their_places() -> None:
    digits = tuple(
        Digit(label, 0.9, (20 * i, 5, 15, 30), (), reason)
        for i, (label, reason) in enumerate([(4, None), (1, "not_a_digit"), (None, "blank"), (7, None)])
    )
    reading = Reading((Number("4-_7", digits, 0.8, (0, 5, 75, 30), row=0),), (100, 50))
    glyphs = list(ET.fromstring(render_alto([("row.png", reading)])).iter(f"{ALTO}Glyph"))
    assert [(glyph.get("CONTENT"), glyph.get("HPOS")) for glyph in glyphs] == [
        ("4", "0"),
        ("-", "20"),
        ("_", "40"),
        ("7", "60"),
    ]


def test_both_are_text_that_any_encoding_of_unicode_holds() -> None:
    empty = [("Übung 7.png", Reading((), (10, 10)))]
    for document in (render_hocr(empty), render_alto(empty)):
        assert "Übung 7.png" in document
        assert document.encode("utf-8").startswith(b"<?xml")
