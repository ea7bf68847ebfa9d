"""The report as one self-contained HTML page: style and figures are inside, nothing is loaded."""

import base64
from collections.abc import Mapping

import jinja2

from inkdigits.reporting.document import Document


def render_html(document: Document, svgs: Mapping[str, bytes]) -> str:
    """Set a document as a web page.

    Parameters
    ----------
    document
        The report.
    svgs
        Each figure as SVG, by the name of its block.

    Returns
    -------
    str
        The page.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("inkdigits.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    images = {name: _data_address(svg) for name, svg in svgs.items()}
    return environment.get_template("report.html.j2").render(document=document.numbered(), images=images)


def _data_address(svg: bytes) -> str:
    """Return an SVG as a ``data:`` address: as an image of its own its names cannot clash with another's."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
