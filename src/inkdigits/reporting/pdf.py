"""The report as a PDF, rendered by Typst with its embedded fonts."""

import datetime
import json
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import typst

from inkdigits.errors import RunError
from inkdigits.reporting.document import Document


def render_pdf(document: Document, svgs: Mapping[str, bytes]) -> bytes:
    """Render a document as a PDF with A4 pages, tagged for screen readers (PDF/UA-1).

    Parameters
    ----------
    document
        The report.
    svgs
        The plots as SVG, by the name of their blocks.

    Returns
    -------
    bytes
        The PDF; the same document and plots give the same bytes.
    """
    template = resources.files("inkdigits.reporting") / "templates" / "report.typ"
    with tempfile.TemporaryDirectory(prefix="inkdigits-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(template.read_bytes())
        (folder / "document.json").write_text(json.dumps(document.numbered()), "utf-8")
        (folder / "figures").mkdir()
        for figure, svg in svgs.items():
            (folder / "figures" / f"{figure}.svg").write_bytes(svg)
        try:
            pdf = typst.compile(
                folder / "report.typ",
                root=folder,
                ignore_system_fonts=True,
                pdf_standards="ua-1",
                timestamp=_parse_time(document.created),
            )
        except typst.TypstError as error:
            raise RunError(f"the PDF report cannot be rendered: {error.message}") from error
    return bytes(pdf)


def _parse_time(created: str) -> datetime.datetime:
    """Parse the creation time of the run, which makes the PDF reproducible."""
    try:
        moment = datetime.datetime.fromisoformat(created)
    except ValueError:
        moment = datetime.datetime.fromtimestamp(0, datetime.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
