"""Hostile PDF files: inconsistent tables, cycles, extreme pages, decompression bombs, and scripts."""

import zlib
from collections.abc import Iterator

_MARK = b"0 0 0 rg 90 40 12 120 re f"
"""A bar, which is read as a 1."""


def _pdf(
    content: bytes = _MARK,
    box: str = "0 0 200 200",
    resources: str = "<< >>",
    catalogue: str = "",
    more: tuple[bytes, ...] = (),
    pages: str = "/Kids [3 0 R] /Count 1",
    filters: str = "",
    has_table: bool = True,
    page: str = "",
) -> bytes:
    """Return a PDF of one page; ``more`` are objects from number 5 on."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
        f"<< /Type /Pages {pages} >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources {resources} {page} >>".encode(),
        f"<< /Length {len(content)} {filters} >>\nstream\n".encode() + content + b"\nendstream",
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    if not has_table:
        return out
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def _form(content: bytes, resources: str = "") -> bytes:
    head = f"<< /Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << {resources} >> "
    head += f"/Length {len(content)} >>"
    return head.encode() + b"\nstream\n" + content + b"\nendstream"


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file; none if PDFium is not installed."""
    try:
        import pypdfium2  # noqa: F401
    except ImportError:
        return
    good = _pdf()
    yield "read-plain.pdf", good
    yield "read-no-table.pdf", _pdf(has_table=False) + b"trailer << /Root 1 0 R >>"
    yield "read-table-outside.pdf", good.replace(b"startxref\n", b"startxref\n9999999999")
    yield "read-wrong-places.pdf", good.replace(b"00000 n", b"00001 n")
    yield (
        "refused-no-catalogue.pdf",
        good.replace(b"/Root 1 0 R", b"/Root 9 0 R").replace(b"/Catalog", b"/Nothing"),
    )
    yield (
        "refused-catalogue-of-a-number.pdf",
        b"%PDF-1.7\n1 0 obj\n5\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
    )
    yield (
        "read-previous-table-is-this-one.pdf",
        good.replace(b"/Root", b"/Prev %d /Root" % good.rindex(b"xref\n0")),
    )
    yield (
        "refused-encrypted.pdf",
        good.replace(
            b"/Root 1 0 R",
            b"/Root 1 0 R /Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /O (x) /U (y) /P -1 >>",
        ),
    )
    yield "refused-no-pages.pdf", _pdf(pages="/Kids [] /Count 0")
    yield "refused-pages-in-a-circle.pdf", _pdf(pages="/Kids [2 0 R] /Count 1")
    yield "read-count-of-two-billion.pdf", _pdf(pages="/Kids [3 0 R] /Count 3")
    yield "read-script.pdf", _pdf(catalogue="/OpenAction << /S /JavaScript /JS (while(1){}) >>")
    yield "read-launch.pdf", _pdf(catalogue="/OpenAction << /S /Launch /F (/bin/sh) >>")
    yield "read-forms-by-xml.pdf", _pdf(catalogue="/AcroForm << /XFA (x) /Fields [] >>")
    for name, box in (
        ("huge", "0 0 1e9 1e9"),
        ("infinite", "0 0 1e39 1e39"),
        ("empty", "0 0 0 0"),
        ("reversed", "200 200 0 0"),
        ("long", "0 0 1 1e7"),
        ("of-text", "(a) (b) (c) (d)"),
        ("far", "1e8 1e8 100000200 100000200"),
    ):
        yield f"read-page-{name}.pdf", _pdf(box=box)
    yield "read-user-unit.pdf", _pdf(page="/UserUnit 1e6")
    yield "read-rotation-of-a-million.pdf", _pdf(page="/Rotate 1000000")
    chain = tuple(_form(b"/F Do /F Do", f"/XObject << /F {6 + i} 0 R >>") for i in range(10))
    yield (
        "read-forms-doubling.pdf",
        _pdf(
            b"/F Do " + _MARK,
            resources="<< /XObject << /F 5 0 R >> >>",
            more=(*chain, _form(b"0 0 1 1 re f")),
        ),
    )
    yield "read-states-nested.pdf", _pdf(b"q " * 100_000 + _MARK)
    yield "read-arrays-nested.pdf", _pdf(b"[" * 100_000 + b"]" * 100_000 + _MARK)
    yield (
        "read-paths-of-a-hundred-thousand-lines.pdf",
        _pdf(
            b"0 0 m "
            + b"".join(b"%d %d l " % (i * 7 % 200, i * 13 % 200) for i in range(100_000))
            + b"S "
            + _MARK
        ),
    )
    yield "read-stream-bomb.pdf", _pdf(zlib.compress(b" " * 2**27 + _MARK, 9), filters="/Filter /FlateDecode")
    image = zlib.compress(bytes(100))
    head = "<< /Type /XObject /Subtype /Image /Width {0} /Height {0} /ColorSpace /DeviceGray /BitsPerComponent 8 "
    head = head.format(30_000) + f"/Filter /FlateDecode /Length {len(image)} >>"
    yield (
        "read-image-of-900-megapixels.pdf",
        _pdf(
            b"200 0 0 200 0 0 cm /I Do",
            resources="<< /XObject << /I 5 0 R >> >>",
            more=(head.encode() + b"\nstream\n" + image + b"\nendstream",),
        ),
    )
    yield "read-length-lying.pdf", good.replace(b"/Length %d" % len(_MARK), b"/Length 999999")
    yield "read-stream-of-unknown-filter.pdf", _pdf(filters="/Filter /Nothing")
    yield "refused-cut.pdf", good[: good.index(b"xref")]
    yield "refused-half.pdf", good[: len(good) // 4]


def make_endless_file() -> bytes:
    """Return a page whose drawing doubles at each of 40 levels: PDFium needs all time and memory that it gets."""
    return _pdf(
        b"/F Do " + _MARK,
        resources="<< /XObject << /F 5 0 R >> >>",
        more=(_form(b"/F Do /F Do", "/XObject << /F 5 0 R >>"),),
    )
