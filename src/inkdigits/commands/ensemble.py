"""``inkdigits ensemble``: combine several models into one."""

from pathlib import Path

import click

from inkdigits.errors import OutputError


@click.command(name="ensemble", short_help="Combine several models into one.")
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("ensemble.onnx"),
    show_default=True,
    help="File to write.",
)
def command(models: tuple[Path, ...], out: Path) -> None:
    """Combine MODELS into one ONNX file that outputs the mean of their probabilities.

    MODELS are .onnx files or run directories. Use the file like any other model: with "--model ensemble.onnx", or as
    the teacher of a smaller network with "--set teacher=ensemble.onnx".
    """
    from inkdigits.runs.run_directory import ONNX_MODEL, require
    from inkdigits.training.export.ensemble import write_ensemble

    if out.exists():
        raise OutputError(f"{out} exists already; choose another name with --out")
    members = [require(model, ONNX_MODEL) if model.is_dir() else model for model in models]
    write_ensemble(members, out, out.stem)
    click.echo(f"Wrote {out}  the mean of {len(members)} models")
