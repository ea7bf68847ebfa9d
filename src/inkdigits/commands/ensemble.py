"""``inkdigits ensemble``: several models become one."""

from pathlib import Path

import click

from inkdigits.errors import OutputError


@click.command(name="ensemble")
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("ensemble.onnx"),
    show_default=True,
    help="Where to.",
)
def command(models: tuple[Path, ...], out: Path) -> None:
    """Write one ONNX file that answers the mean of what MODELS answer.

    MODELS are .onnx files, or directories of runs. The file is used like any other: by  --model,  and to teach a
    smaller network by  --set teacher=ensemble.onnx.
    """
    from inkdigits.run_directory import ONNX_MODEL, require
    from inkdigits.training.export.ensemble import write_ensemble

    if out.exists():
        raise OutputError(f"{out} exists already; choose another name with --out")
    members = [require(model, ONNX_MODEL) if model.is_dir() else model for model in models]
    write_ensemble(members, out, out.stem)
    click.echo(f"Wrote {out}  the mean of {len(members)} models")
