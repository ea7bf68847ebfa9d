"""``inkdigits train``: train a network by a recipe on a data set, and write a run directory."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inkdigits.errors import MissingExtraError, RunError, RunInterruptedError, UsageError

if TYPE_CHECKING:
    from inkdigits.training.calibration import Calibration
    from inkdigits.training.train import TrainedRun


calibration_option = click.option(
    "--calibration",
    "held_out_run",
    type=click.Path(path_type=Path),
    default=None,
    metavar="RUN",
    help="Take temperature and thresholds from this run, which was trained with --held-out.",
)
"""The option ``--calibration`` of all commands that train final models."""


@click.command(name="train", short_help="Train a network, evaluate it and write a report.")
@click.option(
    "--recipe",
    default=None,
    metavar="NAME",
    help="Recipe: original, fast, classic, compact, quick or accurate.  [default: fast]",
)
@click.option(
    "--data",
    default=None,
    metavar="SOURCE",
    help="Training data: mnist, or your own labelled digits as FILE.npz, FILE.csv or a folder.  [default: mnist]",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=None, help="Random seed.  [default: 0]")
@click.option(
    "--epochs",
    type=click.IntRange(1, 10_000),
    default=None,
    help="Number of epochs, in place of the recipe's.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Override a setting of the recipe, such as batch_size=64. May be repeated.",
)
@click.option(
    "--out",
    "run",
    type=click.Path(path_type=Path),
    default=None,
    help="Run directory to write.  [default: runs/RECIPE-TIME]",
)
@click.option("--resume", is_flag=True, help="Resume the interrupted run in --out.")
@click.option(
    "--held-out",
    is_flag=True,
    help="Hold out the last sixth of the training images. Train on the rest; evaluate and calibrate on the held-out "
    "images. Use it to choose settings, temperature and thresholds.",
)
@calibration_option
@click.option("--no-report", is_flag=True, help="Do not write the report and its figures.")
def command(
    recipe: str | None,
    data: str | None,
    seed: int | None,
    epochs: int | None,
    settings: tuple[str, ...],
    run: Path | None,
    resume: bool,
    held_out: bool,
    held_out_run: Path | None,
    no_report: bool,
) -> None:
    """Train a network, evaluate it on the test images, export it and write a report.

    All files are written to one run directory. After Ctrl-C or a power cut, resume the run with
    --resume --out RUN.
    """
    from inkdigits.commands.arguments.datasets import load_training_and_test_images
    from inkdigits.commands.console.progress import show_training

    overrides = parse_settings(settings) | ({} if epochs is None else {"epochs": str(epochs)})
    if resume:
        if run is None:
            raise UsageError("--resume needs the directory of the interrupted run; give it with --out")
        if recipe or data or seed is not None or overrides or held_out or held_out_run:
            raise UsageError(
                "--resume takes recipe, data and seed from the interrupted run; give no other option than --out"
            )

    # The recipe is checked before Keras is imported, which takes some seconds.
    import inkdigits.training  # noqa: F401  (raises MissingExtraError if the extra is missing)
    from inkdigits.runs.run_files import DataSource, read_config
    from inkdigits.training.recipes import Recipe, get_recipe

    if resume:
        assert run is not None
        config = read_config(run)
        chosen = Recipe.from_json(config.recipe)
        source = config.source
        if source is None:
            raise RunError(
                f"the run in {run} was not started by  inkdigits train;  resume it from its own program"
            )
        seed, data, held_out = config.seed, source.data, source.held_out
        held_out_run = Path(source.calibration) if source.calibration else None
    else:
        chosen = get_recipe(recipe or "fast").override(overrides)
        seed, data = seed or 0, data or "mnist"
    train_data, test_data = load_training_and_test_images(data, held_out)

    from inkdigits.training.train import make_run_path, train

    run = run or make_run_path(chosen)
    calibration = read_calibration(held_out_run) if held_out_run else None
    click.echo(
        f"Training {chosen.network} with the recipe {chosen.name} on {len(train_data):,} images of {train_data.name}"
    )
    try:
        with show_training() as watch:
            trained = train(
                chosen,
                train_data,
                test_data,
                seed=seed,
                run=run,
                resume=resume,
                watch=watch,
                calibration=calibration,
                calibrate_on_test=held_out,
                source=DataSource(
                    data=data,
                    held_out=held_out,
                    calibration=str(held_out_run) if held_out_run else None,
                ),
            )
    except KeyboardInterrupt:
        raise RunInterruptedError(_explain_resuming(run)) from None
    problem = None if no_report else _write_report(run)
    _print_results(trained, problem)


def parse_settings(settings: tuple[str, ...]) -> dict[str, str]:
    """Parse the values of ``--set NAME=VALUE`` into a dict.

    Raises
    ------
    UsageError
        If a value is not of that form.
    """
    parsed = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set expects NAME=VALUE, such as batch_size=64, but got {setting!r}")
        parsed[name.strip()] = value.strip()
    return parsed


def read_calibration(held_out_run: Path) -> "Calibration":
    """Read the temperature and the thresholds of a finished held-out run.

    Raises
    ------
    RunError, ModelError
        If the run is not finished, or its model is damaged.
    """
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.runs.run_directory import ONNX_MODEL, require
    from inkdigits.training.calibration import Calibration

    return Calibration.from_card(OnnxRecogniser(require(held_out_run, ONNX_MODEL)).card)


def _explain_resuming(run: Path) -> str:
    from inkdigits.runs.run_directory import has_checkpoint

    if has_checkpoint(run):
        return f"interrupted; resume with  inkdigits train --resume --out {run}"
    return f"interrupted before the first checkpoint; start again (delete {run} to reuse its name)"


def _write_report(run: Path) -> str | None:
    """Write the report; return a message if packages of the extra ``report`` are missing, else None."""
    from inkdigits.reporting import write_report

    try:
        write_report(run)
    except MissingExtraError as error:
        return f"The report was not written: {error}"
    return None


def _print_results(trained: "TrainedRun", problem: str | None) -> None:
    from inkdigits.runs import run_directory

    evaluation = trained.evaluation
    low, high = evaluation.accuracy_interval
    click.echo(f"\n{evaluation.classification_report()}")
    click.echo(
        f"Accuracy  {evaluation.accuracy:.2%} on {evaluation.n:,} images of {evaluation.data} "
        f"(95% interval {low:.2%} to {high:.2%}), loss {evaluation.loss:.4f}"
    )
    click.echo(f"Model     {trained.path / run_directory.ONNX_MODEL}")
    if (trained.path / run_directory.REPORT_HTML).exists():
        click.echo(f"Report    {trained.path / run_directory.REPORT_HTML}")
        click.echo(f"          {trained.path / run_directory.REPORT_PDF}")
    if problem:
        click.echo(problem)
