"""``inkdigits doctor``: check the installation."""

import click


@click.command(name="doctor")
@click.option(
    "--runs",
    default="runs",
    show_default=True,
    type=click.Path(),
    metavar="FOLDER",
    help="Folder in which runs are stored; it need not exist.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def command(runs: str, as_json: bool) -> int:
    """Check the installation: packages, engines, machine, shipped models, data, and folders.

    Each finding that needs an action is followed by what to do. The exit status is 1 if there is one. A missing
    optional package is only noted. Nothing is downloaded or left behind.
    """
    import json
    from pathlib import Path

    from inkdigits.commands.console.findings import format_diagnosis
    from inkdigits.diagnosis.diagnose import diagnose

    diagnosis = diagnose(Path(runs))
    click.echo(json.dumps(diagnosis.to_json(), indent=2) if as_json else format_diagnosis(diagnosis))
    return 1 if diagnosis.wrong else 0
