"""``inkdigits export``: export the network of a run to a file."""

from pathlib import Path

import click

from inkdigits.errors import OutputError


@click.command(name="export", short_help="Export the network of a run.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["onnx", "keras"]),
    default="onnx",
    show_default=True,
    help="File format.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="File to write.  [default: RECIPE.onnx or RECIPE.keras]",
)
def command(run: Path, form: str, out: Path | None) -> None:
    """Export the trained network of RUN. An ONNX export is checked against the Keras network."""
    from inkdigits.files.storage import copy_file
    from inkdigits.runs import run_directory
    from inkdigits.runs.run_files import read_run_name

    name = read_run_name(run)
    out = out or Path(f"{name}.{form}")
    if out.exists():
        raise OutputError(f"{out} exists already; choose another name with --out")
    if form == "keras":
        copy_file(run_directory.require(run, run_directory.KERAS_MODEL), out)
    else:
        from inkdigits.training.export.onnx_export import export_run

        export_run(run, out)
    click.echo(f"Wrote {out}")
