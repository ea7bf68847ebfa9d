"""Writes the report of a finished run: its figures, one HTML page and one PDF."""

import importlib
from pathlib import Path

from inkdigits.errors import MissingExtraError
from inkdigits.run_directory import FIGURES, REPORT_HTML, REPORT_PDF, write_manifest
from inkdigits.storage import write_bytes

_PACKAGES = ("matplotlib", "seaborn", "jinja2", "typst")


def write_report(run: Path) -> list[Path]:
    """Draw the figures of a run and write its report, from what its run directory holds and nothing else.

    Every file is made before the first one is written, each appears whole or not at all, and the
    manifest is brought up to date at the end.

    Parameters
    ----------
    run
        A finished run directory, see `inkdigits.run_directory`.

    Returns
    -------
    list of Path
        ``report.html``, ``report.pdf`` and the figures.

    Raises
    ------
    MissingExtraError
        If the packages of the extra "report" are not installed.
    RunError
        If the run is not finished, or a file of it is damaged.
    OutputError
        If a file cannot be written.
    """
    for package in _PACKAGES:
        try:
            importlib.import_module(package)
        except ModuleNotFoundError as error:
            raise MissingExtraError("the report", "report", error.name or package) from error

    from inkdigits.reporting.content import build_document, draw_figures
    from inkdigits.reporting.html import render_html
    from inkdigits.reporting.pdf import render_pdf
    from inkdigits.reporting.run import Run
    from inkdigits.reporting.style import to_png, to_svg

    finished = Run.load(run)
    document = build_document(finished)
    figures = draw_figures(finished, document)
    svgs = {name: to_svg(figure) for name, figure in figures.items()}
    files = {
        run / REPORT_HTML: render_html(document, svgs).encode(),
        run / REPORT_PDF: render_pdf(document, svgs),
        **{run / FIGURES / f"{name}.png": to_png(figure) for name, figure in figures.items()},
    }
    for path, content in files.items():
        write_bytes(path, content)
    write_manifest(run)
    return list(files)
