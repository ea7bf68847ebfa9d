"""OCR formats in XML: hOCR 1.2 and ALTO 4, with the bounding box of each number and digit."""

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkdigits.pictures.geometry.transform import Box
    from inkdigits.recognition.reading import Digit, Number, Reading

_ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
_XHTML = "http://www.w3.org/1999/xhtml"


def render_hocr(pages: "list[tuple[str, Reading]]") -> str:
    """Render readings as an hOCR document, one page per picture.

    Parameters
    ----------
    pages
        The name and the reading of each picture.

    References
    ----------
    T. Breuel, "hOCR - OCR Workflow and Output embedded in HTML", version 1.2.
    """
    from inkdigits import __version__

    html = ET.Element("html", xmlns=_XHTML)
    head, body = ET.SubElement(html, "head"), ET.SubElement(html, "body")
    ET.SubElement(head, "title").text = "Numbers"
    ET.SubElement(head, "meta", charset="utf-8")
    for name, content in (
        ("ocr-system", f"inkdigits {__version__}"),
        ("ocr-capabilities", "ocr_page ocr_line ocrx_word ocrx_cinfo"),
    ):
        ET.SubElement(head, "meta", name=name, content=content)
    words: list[tuple[ET.Element, Number]] = []
    for place, (picture, reading) in enumerate(pages, start=1):
        title = f'image "{picture}"; bbox 0 0 {reading.size[0]} {reading.size[1]}; ppageno {place - 1}'
        page = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{place}", "title": title})
        for i, line in enumerate(_nonblank_lines(reading), start=1):
            box = _bbox(_around([number.box for number in line]))
            element = ET.SubElement(
                page, "span", {"class": "ocr_line", "id": f"line_{place}_{i}", "title": box}
            )
            for j, number in enumerate(line, start=1):
                title = f"{_bbox(number.box)}; x_wconf {round(100 * number.confidence)}"
                attributes = {"class": "ocrx_word", "id": f"word_{place}_{i}_{j}", "title": title}
                word = ET.SubElement(element, "span", attributes)
                words.append((word, number))
    ET.indent(html)
    for word, number in words:  # after the indentation, because a number must not contain white space
        _write_hocr_characters(word, number)
    return '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n' + ET.tostring(html, "unicode")


def _write_hocr_characters(word: ET.Element, number: "Number") -> None:
    """Write the characters of a number; digits with their bounding boxes."""
    last: ET.Element | None = None
    for character, digit in _characters(number):
        if digit is None and last is None:
            word.text = (word.text or "") + character
        elif digit is None and last is not None:
            last.tail = (last.tail or "") + character
        elif digit is not None:
            title = f"x_bboxes {_bbox(digit.box).removeprefix('bbox ')}; x_conf {100 * digit.confidence:.1f}"
            last = ET.SubElement(word, "span", {"class": "ocrx_cinfo", "title": title})
            last.text = character


def render_alto(pages: "list[tuple[str, Reading]]") -> str:
    """Render readings as an ALTO document, one page per picture.

    Parameters
    ----------
    pages
        The name and the reading of each picture.

    References
    ----------
    Library of Congress, "ALTO: Technical Metadata for Layout and Text Objects", version 4.2.
    """
    from inkdigits import __version__

    root = ET.Element("alto", {"xmlns": _ALTO, "SCHEMAVERSION": "4.2"})
    description = ET.SubElement(root, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    source = ET.SubElement(description, "sourceImageInformation")
    ET.SubElement(source, "fileName").text = pages[0][0] if pages else ""
    step = ET.SubElement(description, "Processing", {"ID": "processing_1"})
    software = ET.SubElement(step, "processingSoftware")
    ET.SubElement(software, "softwareName").text = "inkdigits"
    ET.SubElement(software, "softwareVersion").text = __version__
    layout = ET.SubElement(root, "Layout")
    for place, (picture, reading) in enumerate(pages, start=1):
        width, height = reading.size
        size = {"WIDTH": str(width), "HEIGHT": str(height)}
        page = ET.SubElement(
            layout,
            "Page",
            {"ID": f"page_{place}", "PHYSICAL_IMG_NR": str(place), "PRINTED_IMG_NR": picture, **size},
        )
        space = ET.SubElement(page, "PrintSpace", _place((0, 0, width, height)))
        lines = _nonblank_lines(reading)
        if not lines:
            continue
        whole = _place(_around([number.box for line in lines for number in line]))
        block = ET.SubElement(space, "TextBlock", {"ID": f"block_{place}", **whole})
        for i, line in enumerate(lines, start=1):
            box = _place(_around([number.box for number in line]))
            element = ET.SubElement(block, "TextLine", {"ID": f"line_{place}_{i}", **box})
            for j, number in enumerate(line, start=1):
                if j > 1:
                    ET.SubElement(element, "SP")
                _write_alto_string(element, number, f"string_{place}_{i}_{j}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode")


def _write_alto_string(line: ET.Element, number: "Number", name: str) -> None:
    """Write a number; its digits as glyphs with their alternatives."""
    attributes = {"ID": name, "CONTENT": number.text, "WC": f"{number.confidence:.4f}", **_place(number.box)}
    string = ET.SubElement(line, "String", attributes)
    for k, (character, digit) in enumerate(_characters(number), start=1):
        if digit is None:
            continue
        attributes = {"ID": f"{name}_{k}", "CONTENT": character, "GC": f"{digit.confidence:.4f}"}
        glyph = ET.SubElement(string, "Glyph", {**attributes, **_place(digit.box)})
        for label, probability in digit.alternatives[:2]:
            if probability >= 0.01:
                ET.SubElement(glyph, "Variant", {"CONTENT": str(label), "VC": f"{probability:.4f}"})


def _nonblank_lines(reading: "Reading") -> "list[list[Number]]":
    """Return the numbers of each line, without blank numbers."""
    lines = (
        [n for n in line if any(digit.label is not None for digit in n.digits)] for line in reading.lines
    )
    return [line for line in lines if line]


def _characters(number: "Number") -> "list[tuple[str, Digit | None]]":
    """Return each character of a number's text with its digit, or with None for a separator."""
    digits = iter(number.digits)
    pairs: list[tuple[str, Digit | None]] = []
    for character in number.text:
        # In a row of boxes a separator occupies a box, like a digit.
        is_digit = character in "0123456789?_" or len(number.text) == len(number.digits)
        pairs.append((character, next(digits, None) if is_digit else None))
    return pairs


def _around(boxes: "list[Box]") -> "Box":
    from inkdigits.recognition.reading import enclose_boxes

    return enclose_boxes(boxes)


def _bbox(box: "Box") -> str:
    x, y, width, height = box
    return f"bbox {x} {y} {x + width} {y + height}"


def _place(box: "Box") -> dict[str, str]:
    return dict(zip(("HPOS", "VPOS", "WIDTH", "HEIGHT"), map(str, box), strict=True))
