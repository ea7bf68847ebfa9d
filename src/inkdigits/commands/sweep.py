"""``inkdigits sweep``: train a recipe with several random seeds, and summarise the accuracy."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inkdigits.commands.console.progress import show_training
from inkdigits.commands.train import calibration_option, parse_settings, read_calibration
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.evaluation.sweep_results import SweepRun


@click.command(name="sweep", short_help="Train a recipe with several random seeds.")
@click.argument("recipe", required=False)
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Number of random seeds.")
@click.option(
    "--first-seed", type=click.IntRange(0), default=0, show_default=True, help="The first random seed."
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help='As in "inkdigits train".')
@click.option(
    "--held-out", is_flag=True, help='Evaluate on held-out training images, as in "inkdigits train".'
)
@click.option(
    "--compare",
    "compared",
    nargs=2,
    metavar="A B",
    help="Compare the results of two sweeps in place of training, by a paired test over the runs with the same seed. "
    "A and B are recipes or result files.",
)
@calibration_option
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help='Keep the run directories in this folder, for example for "inkdigits ensemble".',
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Result file; each run is added when it ends.  [default: benchmarks/results/accuracy-RECIPE.json]",
)
def command(
    recipe: str | None,
    runs: int,
    first_seed: int,
    settings: tuple[str, ...],
    held_out: bool,
    compared: tuple[str, str] | None,
    held_out_run: Path | None,
    keep: Path | None,
    out: Path | None,
) -> None:
    """Train RECIPE on MNIST with several random seeds, and report mean and spread of the accuracy.

    Seeds that are already in the result file are skipped, so the same command resumes an interrupted sweep.
    """
    if (recipe is None) == (compared is None):
        raise UsageError("expected one recipe, as in  inkdigits sweep fast,  or two results after  --compare")
    if compared is not None:
        _compare(*(_result_file(name, held_out) for name in compared))
        return
    assert recipe is not None

    from inkdigits.commands.arguments.datasets import load_training_and_test_images
    from inkdigits.evaluation.statistics import summarise
    from inkdigits.training.recipes import get_recipe
    from inkdigits.training.sweep import sweep

    chosen = get_recipe(recipe).override(parse_settings(settings))
    train_data, test_data = load_training_and_test_images("mnist", held_out)
    out = out or _result_file(recipe, held_out)
    with show_training() as watch:
        records = sweep(
            chosen,
            train_data,
            test_data,
            range(first_seed, first_seed + runs),
            out,
            calibration=read_calibration(held_out_run) if held_out_run else None,
            keep=keep,
            watch=watch,
            on_run=lambda record: click.echo(_format_record(record)),
        )
    click.echo(f"{recipe} over {len(records)} runs: {summarise([record.accuracy for record in records])}")
    click.echo(f"Results  {out}")


def _result_file(name: str, held_out: bool) -> Path:
    """Return the path of a recipe's result file; a name that ends in ``.json`` is a path already."""
    if name.endswith(".json"):
        return Path(name)
    return Path(f"benchmarks/results/{'held-out-' if held_out else ''}accuracy-{name}.json")


def _compare(first_file: Path, second_file: Path) -> None:
    from inkdigits.evaluation.sweep_results import read_sweep

    first, second = read_sweep(first_file), read_sweep(second_file)
    comparison = first.compare(second)
    width = max(len(first.name), len(second.name))
    for each in (first, second):
        click.echo(f"{each.name:<{width}}  {each.summary()}")
    click.echo(f"{second.name} against {first.name}: {comparison}")


def _format_record(record: "SweepRun") -> str:
    return (
        f"seed {record.seed}  accuracy {record.accuracy:.2%}  loss {record.loss:.4f}  "
        f"{record.seconds.training:.0f} s"
    )
