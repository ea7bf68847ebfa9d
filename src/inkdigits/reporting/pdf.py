"""The report as a PDF, set by Typst within this process, with the fonts that Typst brings along."""

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
    """Set a document as a PDF on A4 pages, tagged for screen readers (PDF/UA-1).

    Parameters
    ----------
    document
        The report.
    svgs
        Each figure as SVG, by the name of its block.

    Returns
    -------
    bytes
        The PDF; the same document and figures give the same bytes.
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
                timestamp=_moment(document.created),
            )
        except typst.TypstError as error:
            raise RunError(f"the PDF report cannot be set: {error.message}") from error
    return bytes(pdf)


def _moment(created: str) -> datetime.datetime:
    """Return when the run was made, so that rendering it again gives the same file."""
    try:
        moment = datetime.datetime.fromisoformat(created)
    except ValueError:
        moment = datetime.datetime.fromtimestamp(0, datetime.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
