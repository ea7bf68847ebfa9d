"""``inkdigits train-numbers``: digits become the detector that reads numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inkdigits.errors import RunError

if TYPE_CHECKING:
    from inkdigits.data.labelled import LabelledPictures

_EPOCHS = 66


@click.command(name="train-numbers")
@click.option(
    "--data",
    default="mnist",
    metavar="SOURCE",
    show_default=True,
    help="mnist, or your own: labelled digits (FILE.npz, FILE.csv, a folder) take the place of MNIST's; pictures of "
    "numbers (FILE.csv, labels of several digits) are mixed with the drawn ones.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Random seed.")
@click.option(
    "--epochs", type=click.IntRange(1), default=_EPOCHS, show_default=True, help="Number of epochs."
)
@click.option(
    "--out", "run", type=click.Path(path_type=Path), required=True, help="The run directory, new or empty."
)
@click.option(
    "--from", "begin", type=click.Path(path_type=Path), metavar="RUN", help="A finished run to begin with."
)
@click.option(
    "--resume", is_flag=True, help="Go on with the interrupted run in --out, given the same options."
)
def command(data: str, seed: int, epochs: int, run: Path, begin: Path | None, resume: bool) -> None:
    """Train the network that reads numbers, on drawn pictures of lines and pages.

    Two cores take an hour if they are recent, and two if they are not. Interrupted with Ctrl-C, it goes on with
    --resume.
    """
    import inkdigits.training  # noqa: F401  (says so, in one line, if the extra is missing)
    from inkdigits.commands.arguments.datasets import training_and_test_images
    from inkdigits.commands.console.progress import shown_progress, shown_training

    own = _numbers(data)
    train_data, test_data = training_and_test_images("mnist" if own else data, False)

    from inkdigits.training.detector.train import train_detector

    try:
        with shown_progress() as progress, shown_training() as watch:
            trained = train_detector(
                train_data,
                test_data,
                run,
                seed=seed,
                epochs=epochs,
                own=own,
                begin=begin,
                resume=resume,
                watch=watch,
                progress=progress,
            )
    except KeyboardInterrupt:
        raise RunError(f"interrupted; go on with  inkdigits train-numbers --resume --out {run}") from None
    if own is not None:
        click.echo(
            f"{trained.n_aligned} of your {len(own)} pictures took part; in the others a digit was not found"
        )
    click.echo(
        f"{trained.accuracy:.2%} of the symbols in {trained.n:,} windows of test digits are read right"
    )
    click.echo(f"Model     {trained.path / 'model.onnx'}")


def _numbers(source: str) -> "LabelledPictures | None":
    """Return a user's own pictures of numbers, if that is what the source is."""
    if source == "mnist":
        return None
    from inkdigits.commands.arguments.datasets import own_source
    from inkdigits.data.labelled import LabelledPictures, load_labelled

    data = load_labelled(own_source(source))
    return data if isinstance(data, LabelledPictures) and not data.is_single else None
