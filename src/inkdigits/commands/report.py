"""``inkdigits report``: render a run's report again."""

from pathlib import Path

import click


@click.command(name="report")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the HTML and PDF report of RUN again, from what its run directory holds.

    RUN is a folder that "inkdigits train" wrote. The report lies in it as report.html and report.pdf,
    the figures in its folder "figures".
    """
    from inkdigits.reporting import write_report
    from inkdigits.run_directory import FIGURES

    files = write_report(run)
    for path in files:
        if path.parent.name != FIGURES:
            click.echo(path)
    click.echo(f"{run / FIGURES} ({sum(path.parent.name == FIGURES for path in files)} figures)")
