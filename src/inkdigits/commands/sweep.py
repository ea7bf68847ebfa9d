"""``inkdigits sweep``: how good a recipe is over many random seeds."""

from pathlib import Path
from typing import Any

import click

from inkdigits.commands.console.progress import shown_training
from inkdigits.commands.train import calibration_of, calibration_option, parse_settings
from inkdigits.errors import UsageError


@click.command(name="sweep")
@click.argument("recipe", required=False)
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Number of random seeds.")
@click.option("--first-seed", type=click.IntRange(0), default=0, show_default=True, help="The first of them.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="As in  inkdigits train.")
@click.option("--held-out", is_flag=True, help="As in  inkdigits train: for choosing settings.")
@click.option(
    "--compare",
    "compared",
    nargs=2,
    metavar="A B",
    help="Train nothing: compare the results of two recipes, each named by recipe or result file, pair by pair of runs "
    "with the same seed.",
)
@calibration_option
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Keep the directory of each run in this one, such as for  inkdigits ensemble.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The result file, added to run by run.  [default: benchmarks/results/accuracy-RECIPE.json]",
)
def command(
    recipe: str | None,
    runs: int,
    first_seed: int,
    settings: tuple[str, ...],
    held_out: bool,
    compared: tuple[str, str] | None,
    twin: Path | None,
    keep: Path | None,
    out: Path | None,
) -> None:
    """Train RECIPE on MNIST with many random seeds.

    Seeds that the result file has already are not trained again, so an interrupted sweep goes on by the same
    command.
    """
    if (recipe is None) == (compared is None):
        raise UsageError(
            "name one recipe to train, as in  inkdigits sweep fast,  or two to compare with  --compare"
        )
    if compared is not None:
        _compare(*(_results_of(name, held_out) for name in compared))
        return
    assert recipe is not None

    from inkdigits.commands.arguments.datasets import training_and_test_images
    from inkdigits.evaluation.statistics import summarise
    from inkdigits.training.recipes import get_recipe
    from inkdigits.training.sweep import sweep

    chosen = get_recipe(recipe).override(parse_settings(settings))
    train_data, test_data = training_and_test_images("mnist", held_out)
    out = out or _results_of(recipe, held_out)
    with shown_training() as watch:
        records = sweep(
            chosen,
            train_data,
            test_data,
            range(first_seed, first_seed + runs),
            out,
            calibration=calibration_of(twin) if twin else None,
            keep=keep,
            watch=watch,
            on_run=lambda record: click.echo(_line(record)),
        )
    click.echo(f"{recipe} over {len(records)} runs: {summarise([record['accuracy'] for record in records])}")
    click.echo(f"Results  {out}")


def _results_of(name: str, held_out: bool) -> Path:
    """Return the result file of a recipe, or the file that is named itself."""
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


def _line(record: dict[str, Any]) -> str:
    return (
        f"seed {record['seed']}  accuracy {record['accuracy']:.2%}  loss {record['loss']:.4f}  "
        f"{record['seconds']['training']:.0f} s"
    )
