"""The report as one self-contained HTML page: styles and plots are embedded."""

import base64
from collections.abc import Mapping

import jinja2

from inkdigits.reporting.document import Document


def render_html(document: Document, svgs: Mapping[str, bytes]) -> str:
    """Render a document as an HTML page.

    Parameters
    ----------
    document
        The report.
    svgs
        The plots as SVG, by the name of their blocks.

    Returns
    -------
    str
        The HTML page.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("inkdigits.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    images = {name: _data_url(svg) for name, svg in svgs.items()}
    return environment.get_template("report.html.j2").render(document=document.numbered(), images=images)


def _data_url(svg: bytes) -> str:
    """Return an SVG as a ``data:`` URL; inline SVG would have clashing element IDs."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
