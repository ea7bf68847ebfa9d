"""``inkdigits train``: a data set and a recipe become a run directory."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inkdigits.errors import MissingExtraError, RunError, UsageError

if TYPE_CHECKING:
    from inkdigits.training.calibration import Calibration
    from inkdigits.training.train import TrainedRun


calibration_option = click.option(
    "--calibration",
    "twin",
    type=click.Path(path_type=Path),
    default=None,
    metavar="RUN",
    help="Take temperature and thresholds from this run, made with --held-out.",
)
"""Of all commands that train final models."""


@click.command(name="train")
@click.option(
    "--recipe",
    default=None,
    metavar="NAME",
    help="original, fast, classic, compact, quick or accurate.  [default: fast]",
)
@click.option(
    "--data",
    default=None,
    metavar="SOURCE",
    help="mnist, or your own labelled digits: FILE.npz, FILE.csv or a folder.  [default: mnist]",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=None, help="Random seed.  [default: 0]")
@click.option("--epochs", type=int, default=None, help="Another number of epochs than the recipe's.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value for any setting of the recipe, such as batch_size=64. May be repeated.",
)
@click.option(
    "--out",
    "run",
    type=click.Path(path_type=Path),
    default=None,
    help="The run directory.  [default: runs/RECIPE-TIME]",
)
@click.option("--resume", is_flag=True, help="Go on with the interrupted run in --out.")
@click.option(
    "--held-out",
    is_flag=True,
    help="Train without the last sixth of the training images, and test and calibrate on these: for choosing "
    "settings, temperature and thresholds.",
)
@calibration_option
@click.option("--no-report", is_flag=True, help="Write no figures and no report.")
def command(
    recipe: str | None,
    data: str | None,
    seed: int | None,
    epochs: int | None,
    settings: tuple[str, ...],
    run: Path | None,
    resume: bool,
    held_out: bool,
    twin: Path | None,
    no_report: bool,
) -> None:
    """Train a network, measure it on the test images, export it and write its report.

    All of it goes into one run directory. Interrupted with Ctrl-C, a run goes on with  --resume --out RUN.
    """
    from inkdigits.commands.arguments.datasets import training_and_test_images
    from inkdigits.commands.console.progress import shown_training

    overrides = parse_settings(settings) | ({} if epochs is None else {"epochs": str(epochs)})
    if resume:
        if run is None:
            raise UsageError("--resume needs to know the run: name its directory with --out")
        if recipe or data or seed is not None or overrides or held_out or twin:
            raise UsageError(
                "--resume takes recipe, data and seed from the run itself; give only --out beside it"
            )

    # Everything about the recipe is checked before the seconds that Keras takes to load.
    import inkdigits.training  # noqa: F401  (says so, in one line, if the extra is missing)
    from inkdigits.training.recipes import Recipe, get_recipe

    if resume:
        assert run is not None
        config = _config_of(run)
        chosen = Recipe.from_json(config["recipe"])
        source = config["source"]
        if source is None:
            raise RunError(f"the run in {run} was not begun by  inkdigits train;  go on with what began it")
        seed, data, held_out = config["seed"], source["data"], source["held_out"]
        twin = Path(source["calibration"]) if source["calibration"] else None
    else:
        chosen = get_recipe(recipe or "fast").override(overrides)
        seed, data = seed or 0, data or "mnist"
    train_data, test_data = training_and_test_images(data, held_out)

    from inkdigits.training.train import default_run, train

    run = run or default_run(chosen)
    calibration = calibration_of(twin) if twin else None
    click.echo(
        f"Training {chosen.network} by the recipe {chosen.name} on {len(train_data):,} images of {train_data.name}"
    )
    try:
        with shown_training() as watch:
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
                source={"data": data, "held_out": held_out, "calibration": str(twin) if twin else None},
            )
    except KeyboardInterrupt:
        raise RunError(_how_to_go_on(run)) from None
    left_out = None if no_report else _write_report(run)
    _tell(trained, left_out)


def parse_settings(settings: tuple[str, ...]) -> dict[str, str]:
    """Return the values of ``--set NAME=VALUE`` by name.

    Raises
    ------
    UsageError
        If one is not of that form.
    """
    parsed = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set takes NAME=VALUE, such as batch_size=64, but {setting!r} was given")
        parsed[name.strip()] = value.strip()
    return parsed


def _config_of(run: Path) -> dict[str, Any]:
    from inkdigits.run_directory import CONFIG, read_json

    config: dict[str, Any] = read_json(run, CONFIG)
    return config


def calibration_of(twin: Path) -> "Calibration":
    """Return temperature and thresholds of a run.

    Raises
    ------
    RunError, ModelError
        If the run is not finished, or its model damaged.
    """
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.run_directory import ONNX_MODEL, require
    from inkdigits.training.calibration import Calibration

    return Calibration.of_card(OnnxRecogniser(require(twin, ONNX_MODEL)).card)


def _how_to_go_on(run: Path) -> str:
    from inkdigits.run_directory import CHECKPOINT

    if (run / CHECKPOINT).exists():
        return f"interrupted; go on with  inkdigits train --resume --out {run}"
    return f"interrupted before the first epoch was over; start again (delete {run} to use its name)"


def _write_report(run: Path) -> str | None:
    """Write the report; return what is left out and why, if its packages are missing."""
    from inkdigits.reporting import write_report

    try:
        write_report(run)
    except MissingExtraError as error:
        return f"No figures and no report were written: {error}"
    return None


def _tell(trained: "TrainedRun", left_out: str | None) -> None:
    from inkdigits import run_directory

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
    if left_out:
        click.echo(left_out)
