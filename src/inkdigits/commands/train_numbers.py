"""``inkdigits train-numbers``: train the detector that reads numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inkdigits.errors import RunInterruptedError

if TYPE_CHECKING:
    from inkdigits.data.labelled import LabelledPictures

_EPOCHS = 66


@click.command(name="train-numbers", short_help="Train the detector that reads numbers.")
@click.option(
    "--data",
    default="mnist",
    metavar="SOURCE",
    show_default=True,
    help="Training data: mnist, or your own. Labelled digits (FILE.npz, FILE.csv or a folder) replace those of MNIST. "
    "Pictures of numbers (FILE.csv, labels of several digits) are mixed with the synthetic ones.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Random seed.")
@click.option(
    "--epochs", type=click.IntRange(1), default=_EPOCHS, show_default=True, help="Number of epochs."
)
@click.option(
    "--out",
    "run",
    type=click.Path(path_type=Path),
    required=True,
    help="Run directory to write; new or empty.",
)
@click.option(
    "--from",
    "begin",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Start from the weights of this finished run.",
)
@click.option(
    "--resume", is_flag=True, help="Resume the interrupted run in --out; give the same options again."
)
def command(data: str, seed: int, epochs: int, run: Path, begin: Path | None, resume: bool) -> None:
    """Train the detector, the network that reads numbers, on synthetic pictures of lines and pages.

    On two CPU cores the training takes one to two hours. After Ctrl-C or a power cut, resume it with
    --resume.
    """
    import inkdigits.training  # noqa: F401  (raises MissingExtraError if the extra is missing)
    from inkdigits.commands.arguments.datasets import load_training_and_test_images
    from inkdigits.commands.console.progress import show_progress, show_training

    own = _load_numbers(data)
    train_data, test_data = load_training_and_test_images("mnist" if own else data, False)

    from inkdigits.training.detector.train import train_detector

    try:
        with show_progress() as progress, show_training() as watch:
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
        raise RunInterruptedError(
            f"interrupted; resume with  inkdigits train-numbers --resume --out {run}"
        ) from None
    if own is not None:
        click.echo(
            f"Used {trained.n_aligned} of your {len(own)} pictures; in the others a digit of the label was not found"
        )
    click.echo(
        f"Accuracy  {trained.accuracy:.2%} of the symbols in {trained.n:,} synthetic windows of test digits"
    )
    click.echo(f"Model     {trained.path / 'model.onnx'}")


def _load_numbers(source: str) -> "LabelledPictures | None":
    """Load a user's own pictures of numbers; return None if the source holds single digits."""
    if source == "mnist":
        return None
    from inkdigits.commands.arguments.datasets import check_source
    from inkdigits.data.labelled import LabelledPictures, load_labelled

    data = load_labelled(check_source(source))
    return data if isinstance(data, LabelledPictures) and not data.is_single else None
