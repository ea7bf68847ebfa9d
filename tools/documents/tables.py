"""Result files become tables."""

import json
import statistics
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from inkdigits.evaluation import summarise
from inkdigits.recognition.onnx_recogniser import load_recogniser, shipped_models

Row = Sequence[str]

ORDER = ("original", "fast", "classic", "compact", "quick", "accurate")
"""Recipes in the order of the table; any others follow by name."""


def accuracy(results: Path) -> str:
    """Return the figures of every recipe that was trained over several random seeds.

    Parameters
    ----------
    results
        The folder of the ``accuracy-RECIPE.json`` that ``inkdigits sweep`` writes.
    """
    sweeps = [load(path) for path in results.glob("accuracy-*.json")]
    sweeps.sort(key=lambda sweep: (_rank(sweep["recipe"]["name"]), sweep["recipe"]["name"]))
    parameters = _parameters()
    machines = list(dict.fromkeys(machine_of(run) for sweep in sweeps for run in sweep["runs"]))
    head = (
        "recipe",
        "parameters",
        "accuracy",
        "95% interval of the mean",
        "worst run",
        "without the 15 label errors",
        "loss",
        "runs",
        "training",
    )
    if len(machines) > 1:
        head = (*head, "machine")
    rows = []
    for sweep in sweeps:
        recipe, runs = sweep["recipe"], sweep["runs"]
        figures = summarise([run["accuracy"] for run in runs])
        used = dict.fromkeys(machines.index(machine_of(run)) + 1 for run in runs)
        row = (
            f"`{recipe['name']}`",
            f"{parameters[recipe['network']]:,}" if recipe["network"] in parameters else "",
            _spread(figures.mean, figures.standard_deviation),
            _interval(figures.interval),
            f"{figures.worst:.2%}",
            f"{_mean(run['without_label_errors']['accuracy'] for run in runs):.2%}",
            f"{_mean(run['loss'] for run in runs):.4f}",
            f"{figures.n}",
            f"{_mean(run['seconds']['training'] for run in runs):.0f} s",
        )
        rows.append((*row, ", ".join(map(str, used))) if len(machines) > 1 else row)
    named = (
        [f"Machine: {machines[0]}."]
        if len(machines) == 1
        else [f"Machine {i}: {machine}." for i, machine in enumerate(machines, start=1)]
    )
    return "\n\n".join([table(head, rows), *named])


def held_out(path: Path, recipe: str) -> str:
    """Return what was tried for a recipe on held-out training images, and what it gave.

    Parameters
    ----------
    path
        The file of the trials, as ``benchmarks/trials.py`` keeps it.
    recipe
        The recipe that they were for.
    """
    content = load(path)
    head = ("what was tried", "seeds", "accuracy", "loss", "training", "")
    trials = [trial for trial in content["trials"] if trial["recipe"] == recipe]
    shared = {
        name: value
        for name, value in trials[0]["settings"].items()
        if all(trial["settings"].get(name) == value for trial in trials)
    }
    rows = []
    for trial in trials:
        by_seed = trial["accuracy_by_seed"]
        figures = summarise(list(by_seed.values()))
        losses = trial.get("loss_by_seed")
        rows.append(
            (
                _in_words(trial, without=shared),
                ", ".join(by_seed),
                _spread(figures.mean, figures.standard_deviation),
                f"{_mean(losses.values()):.4f}" if losses else "",
                f"{trial['training_seconds']:.0f} s" if "training_seconds" in trial else "",
                "chosen" if trial.get("chosen") else "",
            )
        )
    notes = [f"All with {_in_words({'settings': shared})}."] if _in_words({"settings": shared}) else []
    return "\n\n".join([table(head, rows, words=(0,)), *notes, f"Machine: {machine_of(content)}."])


_WORDS = {
    "epochs": "{} epochs",
    "batch_size": "batches of {}",
    "learning_rate": "peak rate {:g}",
    "warm_up": "rising for {:.0%}",
    "max_shift": "shifts of {} px",
    "warp_strength": "warps of {:g}",
    "dropout": "dropout {:g}",
    "weight_averaging": "averaging {:g}",
    "teacher_temperature": "a teacher at temperature {:g}",
}


def _in_words(trial: dict[str, Any], without: Collection[str] = ()) -> str:
    """Return a trial's settings as words, behind what else is other than in the recipe."""
    settings = [
        _WORDS.get(name, f"{name} {{}}").format(value)
        for name, value in trial["settings"].items()
        if name not in without and not (name in ("dropout", "weight_averaging") and not value)
    ]
    return ", ".join([trial["note"], *settings] if "note" in trial else settings)


def sources(path: Path) -> str:
    """Return what each source of training images gave the robust network.

    Parameters
    ----------
    path
        The file of the trials.
    """
    content = load(path)
    head = (
        "a batch holds",
        "coarse scans, version",
        "MNIST",
        "MNIST distorted",
        "`load_digits`",
        "unseen fonts",
    )
    rows = [
        (
            trial["sources"],
            str(trial["damage"] or ""),
            *(f"{trial[name]:.1%}" for name in ("mnist", "mnist_distorted", "load_digits", "fonts")),
        )
        for trial in content["trials"]
    ]
    return f"{table(head, rows)}\n\n{content['note']} Machine: {machine_of(content)}."


def held_out_kinds(path: Path) -> str:
    """Return how well ``is_digit`` tells digits from kinds of non-digits, trained on them or not.

    Parameters
    ----------
    path
        The file of the trials.
    """
    head = ("kind of non-digit", "trained on it", "never seen in training")
    return table(
        head,
        [
            (each["kind"], f"{each['trained']:.3f}", f"{each['held_out']:.3f}")
            for each in load(path)["held_out_kinds"]
        ],
    )


def numbers(path: Path) -> str:
    """Return what the network of numbers is worth, alone and with the lattice.

    Parameters
    ----------
    path
        The result file of ``benchmarks/number_network.py``.
    """
    content = load(path)
    drawn, confidence = content["drawn"], content["lines"]["confidence"]
    head = (
        "row of the development split",
        "n",
        "the columns alone",
        "with the lattice, its best guesses",
        "strictly",
    )
    rows = [
        (
            f"`{name}`",
            str(row["n"]),
            *(f"{row[way]:.1%}" for way in ("columns_alone", "lattice_guesses", "with_the_lattice")),
        )
        for name, row in content["lines"]["rows"].items()
    ]
    return "\n\n".join(
        [
            table(head, rows),
            f"Of {drawn['n']:,} drawn numbers (1 to 9 digits, overlaps that nobody could read among them) its "
            f"{content['parameters']:,} parameters read {drawn['test_digits']:.1%} on MNIST's test digits and "
            f"{drawn['digits_trained_on']:.1%} on digits that it was trained on. A strip of five digits takes "
            f"{content['milliseconds_a_strip']:.1f} ms on one core. The expected calibration error of a number's "
            f"confidence is {confidence['ece']:.1%} on {confidence['n']:,} numbers of these rows.",
            f"Machine: {machine_of(content)}.",
        ]
    )


def reading(path: Path) -> str:
    """Return the rows of the reading benchmark with their aims.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading.py``.
    """
    content = load(path)
    head = ("pictures", "n", "right", "95% interval", "best guess", "aim")
    rows = [
        (
            row["title"],
            f"{row['n']:,}",
            f"{row['accuracy']:.1%}",
            f"{row['interval'][0]:.1%} to {row['interval'][1]:.1%}",
            f"{row['best_guess_accuracy']:.1%}" if "best_guess_accuracy" in row else "",
            f"{row['aim']:.1%}" if row.get("aim") is not None else "",
        )
        for row in content["rows"].values()
    ]
    letters = content["rows"]["letters"]
    notes = [
        f"With the thresholds as shipped {letters['letters_refused_as_shipped']:.1%} of the letters are refused and "
        f"{letters['digits']['accepted_as_shipped']:.1%} of the digits beside them accepted.",
        *(
            f"{timing['title']}: {timing['value']:.3g} {timing['unit']} (aim: under {timing['aim_below']:g})."
            for timing in content["timings"].values()
        ),
        f"Split: {content['split']}. Machine: {machine_of({**content, 'versions': {}})}.",
    ]
    return "\n\n".join([table(head, rows), *notes])


def robustness(path: Path) -> str:
    """Return the accuracy of every shipped model under every corruption.

    Parameters
    ----------
    path
        The result file of ``benchmarks/robustness.py``.
    """
    content = load(path)
    models, aim = content["models"], content["aim"]
    rows = [
        ("as they are", *(f"{model['clean']:.2%}" for model in models.values())),
        *(
            (kind, *(f"{model['corrupted'][kind]:.2%}" for model in models.values()))
            for kind in next(iter(models.values()))["corrupted"]
        ),
        ("mean of the fifteen", *(f"{model['mean']:.2%}" for model in models.values())),
        ("worst of them", *(f"{model['worst']:.2%}" for model in models.values())),
    ]
    head = ("MNIST's test images", *(f"`{name}`" for name in models))
    n = next(iter(models.values()))["n"]
    return "\n\n".join(
        [
            table(head, rows),
            f"{n:,} images each (aims for `accurate`: mean {aim['mean']:.1%}, worst {aim['worst']:.0%}). "
            f"Machine: {machine_of({**content, 'versions': {}})}.",
        ]
    )


def load(path: Path) -> Any:
    """Return the content of a result file."""
    return json.loads(path.read_text("utf-8"))


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _mean(figures: Any) -> float:
    return statistics.fmean(figures)


def _spread(mean: float, deviation: float | None) -> str:
    # A single run says nothing of the spread.
    return f"{mean:.2%}" if deviation is None else f"{mean:.2%} ± {100 * deviation:.2f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2%} to {interval[1]:.2%}"


def _parameters() -> dict[str, int]:
    """Return the number of parameters by network, from the cards of the shipped models."""
    cards = [load_recogniser(path).card for path in shipped_models().values()]
    return {card.recipe["network"]: card.parameters for card in cards if "network" in card.recipe}


def machine_of(run: dict[str, Any]) -> str:
    """Return what a run was made on, and with."""
    machine, versions = run["machine"], run.get("versions", {})
    text = f"{machine['cores']} cores of {machine['processor']}, {machine['platform']}"
    keras = [
        f"{name} {versions[name]}" for name in ("keras", "tensorflow", "tensorflow-cpu") if name in versions
    ]
    return f"{text}; {', '.join(keras)}" if keras else text


def table(head: Row, rows: Sequence[Row], words: Collection[int] = ()) -> str:
    """Return a table in Markdown; columns ``words`` hold words, even if some begin with a figure."""
    # Words stand left, figures right.
    bar = [
        "---" if i in words or not any(row[i][:1].isdigit() for row in rows) else "--:"
        for i in range(len(head))
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, bar, *rows))
