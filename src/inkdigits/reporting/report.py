"""Writing of the report of a finished run: plots, an HTML page and a PDF."""

import importlib
from pathlib import Path

from inkdigits.errors import MissingExtraError
from inkdigits.files.locks import lock_folder
from inkdigits.files.storage import remove_partial_files, write_bytes
from inkdigits.runs.run_directory import (
    FIGURES,
    REPORT_HTML,
    REPORT_PDF,
    remove_from_manifest,
    write_manifest,
)

_PACKAGES = ("matplotlib", "seaborn", "jinja2", "typst")


def write_report(run: Path) -> list[Path]:
    """Write the report of a run and its plots, from the files in the run directory only.

    All files are rendered before the first one is written. Each is written whole. The manifest has no entries for them
    until all are written.

    Parameters
    ----------
    run
        A finished run directory, see `inkdigits.runs.run_directory`.

    Returns
    -------
    list of Path
        ``report.html``, ``report.pdf`` and the plots.

    Raises
    ------
    MissingExtraError
        If the packages of the extra "report" are not installed.
    RunError
        If the run is not finished, or if one of its files is damaged.
    OutputError
        If a file cannot be written.
    LockedError
        If another process is writing the run.
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
    with lock_folder(run):
        remove_partial_files(run)
        remove_from_manifest(run, files)
        for path, content in files.items():
            write_bytes(path, content)
        write_manifest(run)
    return list(files)
