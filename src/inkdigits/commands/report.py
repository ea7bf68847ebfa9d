"""``inkdigits report``: render the report of a run again."""

from pathlib import Path

import click


@click.command(name="report", short_help="Write the report of a run again.")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the HTML and PDF report of RUN again, from the files in its run directory.

    RUN is a run directory that "inkdigits train" wrote. The report is written to report.html and report.pdf in it,
    the plots to its folder "figures".
    """
    from inkdigits.reporting import write_report
    from inkdigits.runs.run_directory import FIGURES

    files = write_report(run)
    for path in files:
        if path.parent.name != FIGURES:
            click.echo(path)
    click.echo(f"{run / FIGURES} ({sum(path.parent.name == FIGURES for path in files)} figures)")
