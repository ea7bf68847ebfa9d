"""``inkdigits train-numbers``: digits become the network that reads whole numbers."""

from pathlib import Path

import click

from inkdigits.errors import RunError


@click.command(name="train-numbers")
@click.option(
    "--data",
    default="mnist",
    metavar="SOURCE",
    show_default=True,
    help="mnist, or your own labelled digits: FILE.npz, FILE.csv or a folder.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Random seed.")
@click.option("--epochs", type=click.IntRange(1), default=44, show_default=True, help="Number of epochs.")
@click.option(
    "--out", "run", type=click.Path(path_type=Path), required=True, help="The run directory, new or empty."
)
@click.option(
    "--resume", is_flag=True, help="Go on with the interrupted run in --out, given the same options."
)
def command(data: str, seed: int, epochs: int, run: Path, resume: bool) -> None:
    """Train the network that reads lines: numbers are drawn of single digits, from wide apart to touching.

    Two cores take some 45 minutes. Interrupted with Ctrl-C, it goes on with  --resume.
    """
    import inkdigits.training  # noqa: F401  (says so, in one line, if the extra is missing)
    from inkdigits.commands.datasets import training_and_test_images
    from inkdigits.commands.progress import shown_training

    train_data, test_data = training_and_test_images(data, False)

    from inkdigits.training.detector.train import train_detector

    try:
        with shown_training() as watch:
            trained = train_detector(
                train_data, test_data, run, seed=seed, epochs=epochs, resume=resume, watch=watch
            )
    except KeyboardInterrupt:
        raise RunError(f"interrupted; go on with  inkdigits train-numbers --resume --out {run}") from None
    click.echo(f"{trained.accuracy:.2%} of {trained.n:,} numbers drawn of the test digits are read right")
    click.echo(f"Model     {trained.path / 'model.onnx'}")
