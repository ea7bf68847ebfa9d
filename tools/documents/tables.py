"""Result files become tables."""

import json
import re
import statistics
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from inkdigits.evaluation import summarise
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

Row = Sequence[str]

BATCH = 1024
"""Size of the batches whose throughput is shown."""

ORDER = ("original", "fast", "classic", "compact", "quick", "accurate")
"""Recipes in the order of the table; any others follow by name."""


USERS = {
    "accurate": "pictures of any kind; the default of `read`",
    "compact": "clean digit images, few parameters",
    "classic": "the network of the course project; teaching",
    "quick": "large numbers of clean digit images",
}
"""What each shipped model is for."""


def models(results: Path) -> str:
    """Return the shipped models: accuracy, size, throughput and purpose.

    Parameters
    ----------
    results
        The folder of the result files.

    Raises
    ------
    LookupError
        If a result file is missing, or a shipped model is not described here.
    """
    speed = load(results / "inference-speed.json")
    throughput = {
        (each["model"], each["cores"]): each["images_per_second"]
        for each in speed["figures"]
        if (each["engine"], each["way"], each["batch"]) == ("onnxruntime", "score", BATCH)
    }
    rows = []
    for name, path in shipped_models().items():
        if name not in USERS:
            raise LookupError(f"the shipped model {name} is not described in {__file__}")
        sweep = load(results / f"accuracy-{name}.json")
        figures = summarise([run["accuracy"] for run in sweep["runs"]])
        rows.append(
            (
                f"`{name}`",
                _spread(figures.mean, figures.standard_deviation),
                f"{load_recogniser(path).card.parameters:,}",
                f"{throughput[name, 2]:,.0f}",
                USERS[name],
            )
        )
    head = ("model", "MNIST test accuracy", "parameters", "images per second", "for")
    quick, classic = (throughput[name, 1] for name in ("quick", "classic"))
    return (
        f"{table(head, rows, words=(4,))}\n\n"
        f"Accuracy: mean and standard deviation over training runs with different seeds. Throughput: ONNX Runtime, "
        f"two cores, batches of {BATCH:,}. On one core `quick` has {quick / classic:.0f} times the throughput of "
        f"`classic`. Machine: {machine_of({**speed, 'versions': {}})}."
    )


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
        "training time",
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


def ensemble(path: Path) -> str:
    """Return the figures of ensembles of several runs of ``accurate``.

    Parameters
    ----------
    path
        The result file of ``benchmarks/models/ensemble.py``.
    """
    content = load(path)
    head = (
        "members",
        "accuracy",
        "95% interval",
        "without the 15 label errors",
        "loss",
        "calibration error",
    )
    singles = content["members"]
    rows = [
        (
            "1 (mean of the runs)",
            f"{_mean(each['accuracy'] for each in singles):.2%}",
            "",
            f"{_mean(each['without_label_errors']['accuracy'] for each in singles):.2%}",
            f"{_mean(each['loss'] for each in singles):.4f}",
            f"{_mean(each['ece'] for each in singles):.2%}",
        ),
        *(
            (
                f"{each['members']}",
                f"{each['accuracy']:.2%}",
                _interval(each["accuracy_interval"]),
                f"{each['without_label_errors']['accuracy']:.2%}",
                f"{each['loss']:.4f}",
                f"{each['ece']:.2%}",
            )
            for each in content["means"]
        ),
    ]
    return f"{table(head, rows)}\n\nMachine: {machine_of({**content, 'versions': {}})}."


def held_out(path: Path, recipe: str) -> str:
    """Return the trials of a recipe on held-out training images, with their results.

    Parameters
    ----------
    path
        The file of the trials that ``benchmarks/training/trials.py`` writes.
    recipe
        The recipe of the trials.
    """
    content = load(path)
    head = ("trial", "seeds", "accuracy", "loss", "training time", "")
    trials = [trial for trial in content["trials"] if trial["recipe"] == recipe]
    shared = {
        name: value
        for name, value in trials[0]["settings"].items()
        if all(trial["settings"].get(name) == value for trial in trials)
    }
    has_corruptions = any("corrupted" in trial for trial in trials)
    if has_corruptions:
        head = (*head[:4], "corrupted: mean", "worst", *head[4:])
    rows = []
    for trial in trials:
        corrupted = trial.get("corrupted")
        columns = (f"{corrupted['mean']:.1%}", f"{corrupted['worst']:.1%}") if corrupted else ("", "")
        by_seed = trial["accuracy_by_seed"]
        figures = summarise(list(by_seed.values()))
        losses = trial.get("loss_by_seed")
        rows.append(
            (
                _in_words(trial, without=shared),
                ", ".join(by_seed),
                _spread(figures.mean, figures.standard_deviation),
                f"{_mean(losses.values()):.4f}" if losses else "",
                *(columns if has_corruptions else ()),
                f"{trial['training_seconds']:.0f} s" if "training_seconds" in trial else "",
                "chosen" if trial.get("chosen") else "",
            )
        )
    notes = [f"All with {_in_words({'settings': shared})}."] if _in_words({"settings": shared}) else []
    return "\n\n".join([table(head, rows, words=(0,)), *notes, f"Machine: {machine_of(content)}."])


_WORDS = {
    "warp_only": "{:.0%} warped only",
    "stroke_models": "{:.0%} stroke models",
    "fonts": "{:.0%} fonts",
    "non_digits": "{:.0%} non-digits",
    "epochs": "{} epochs",
    "batch_size": "batches of {}",
    "learning_rate": "peak learning rate {:g}",
    "warm_up": "warm-up {:.0%}",
    "max_shift": "shifts of {} px",
    "warp_strength": "warp strength {:g}",
    "dropout": "dropout {:g}",
    "weight_averaging": "weight averaging {:g}",
    "teacher_temperature": "teacher at temperature {:g}",
}


def _in_words(trial: dict[str, Any], without: Collection[str] = ()) -> str:
    """Return a trial's note and settings as words."""
    settings = [
        _WORDS.get(name, f"{name} {{}}").format(value)
        for name, value in trial["settings"].items()
        if name not in without and not (name in ("dropout", "weight_averaging") and not value)
    ]
    return ", ".join([_reword(trial["note"]), *settings] if "note" in trial else settings)


def sources(path: Path) -> str:
    """Return the effect of each source of training images on the network of ``accurate``.

    Parameters
    ----------
    path
        The result file of ``benchmarks/training/sources.py``.
    """
    content = load(path)
    columns = {
        "mnist": "MNIST, held out",
        "corrupted": f"{content['n_corrupted']:,} of these, corrupted",
        "load_digits": "`load_digits`",
        "fonts": "unseen fonts",
        "rendered": "rendered pictures",
    }
    rows = [
        (_reword(trial["sources"]), *(f"{trial[name]:.2%}" for name in columns))
        for trial in content["trials"]
    ]
    head = ("images in a batch", *columns.values())
    epochs = content["trials"][0]["recipe"]["epochs"]
    return (
        f"{table(head, rows, words=(0,))}\n\nOne seed each, {epochs} epochs of 50,000 images of MNIST. "
        f"Machine: {machine_of({**content, 'versions': {}})}."
    )


def held_out_kinds(path: Path) -> str:
    """Return how well ``is_digit`` separates digits from kinds of non-digits, used in training or not.

    Parameters
    ----------
    path
        The result file of ``benchmarks/training/held_out_kinds.py``.
    """
    content = load(path)
    head = ("kind of non-digit", "used in training", "not used in training")
    halves = content["left_out"]
    rows = []
    for name, kinds in halves.items():
        other = next(each for each in halves if each != name)
        for kind in kinds:
            areas = content["areas"]
            rows.append(
                (_reword(kind.replace("_", " ")), f"{areas[other][kind]:.3f}", f"{areas[name][kind]:.3f}")
            )
    return (
        f"{table(head, rows)}\n\nAim: {content['aim']:.2f} for kinds not used in training. Two training runs of "
        f"{content['recipe']['epochs']} epochs. Machine: {machine_of({**content, 'versions': {}})}."
    )


def beyond_mnist(path: Path) -> str:
    """Return the figures of the shipped models on other data sets than MNIST.

    Parameters
    ----------
    path
        The result file of ``benchmarks/models/beyond_mnist.py``.
    """
    content = load(path)
    models, aims = content["models"], content["aims"]
    any_model = next(iter(models.values()))
    share = "{:.2%}".format
    rows = [
        (
            "scikit-learn's 8x8 digits, in normal form",
            *(share(each["load_digits"]) for each in models.values()),
            f"{aims['load_digits']:.0%}",
        ),
    ]
    if "fonts" in any_model:
        rows.append(
            (
                f"digits of fonts not used in training ({any_model['n_fonts']:,})",
                *(share(each["fonts"]) for each in models.values()),
                f"{aims['fonts']:.0%}",
            )
        )
    rows += [
        (f"rendered pictures: {name}", *(share(each["rendered"][name]) for each in models.values()), "")
        for name in any_model["rendered"]
    ]
    rows += [
        (
            "calibration error on MNIST's test images",
            *(share(each["mnist_ece"]) for each in models.values()),
            f"{aims['mnist_ece']:.1%} at most",
        ),
        (
            f"calibration error on the rendered pictures ({any_model['n_rendered']:,})",
            *(share(each["rendered_ece"]) for each in models.values()),
            f"{aims['rendered_ece']:.1%} at most",
        ),
        (
            "error rate at 99% coverage, MNIST without its label errors",
            *(share(each["accepted_error_at_99"]) for each in models.values()),
            f"{aims['accepted_error_at_99']:.1%} at most",
        ),
        *(
            (
                f"`is_digit`, area under the ROC curve: {kind}",
                *(
                    f"{each['is_digit_auroc'][kind]:.4f}" if "is_digit_auroc" in each else ""
                    for each in models.values()
                ),
                f"{aims['is_digit_auroc']:.2f}",
            )
            for kind in next(each["is_digit_auroc"] for each in models.values() if "is_digit_auroc" in each)
        ),
    ]
    head = ("", *(f"`{name}`" for name in models), "aim for `accurate`")
    return f"{table(head, rows, words=(0,))}\n\nMachine: {machine_of({**content, 'versions': {}})}."


def reading(path: Path) -> str:
    """Return the rows of the reading benchmark with their aims.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/synthetic.py``.
    """
    content = load(path)
    head = ("pictures", "n", "right", "95% interval", "best guess", "aim")
    rows = [
        (
            _reword(row["title"]),
            f"{row['n']:,}",
            f"{row['accuracy']:.1%}",
            f"{row['interval'][0]:.1%} to {row['interval'][1]:.1%}",
            f"{row['best_guess_accuracy']:.1%}" if "best_guess_accuracy" in row else "",
            f"{row['aim']:.1%}" if row.get("aim") is not None else "",
        )
        for row in content["rows"].values()
    ]
    letters = content["rows"].get("letters")
    notes = [
        "Rows of handwriting fonts were not measured: the fonts were not installed."
        if letters is None
        else f"With the shipped thresholds {letters['letters_refused_as_shipped']:.1%} of the letters are rejected "
        f"and {letters['digits']['accepted_as_shipped']:.1%} of the digits in the same row are accepted.",
        *(
            f"{_reword(timing['title'])}: {timing['value']:.3g} {timing['unit']} (aim: under {timing['aim_below']:g})."
            for timing in content["timings"].values()
        ),
        f"Split: {content['split']}. Machine: {machine_of({**content, 'versions': {}})}.",
    ]
    return "\n\n".join([table(head, rows, words=(0,)), *notes])


def reading_compared(now: Path, others: dict[str, Path]) -> str:
    """Return the rows of the reading benchmark for several readers on the same pictures.

    Parameters
    ----------
    now
        The result file of the current reader.
    others
        Result files by the name of their reader. Only the first pictures of a row count, as many as all files have.
    """
    files = {"by the detector": load(now), **{name: load(path) for name, path in others.items()}}
    first = next(iter(files.values()))
    for content in files.values():
        if any(content[key] != first[key] for key in ("split", "seed", "generator_sha256")):
            raise LookupError("expected results on the very same pictures; measure them again")
    rows = []
    for name, row in first["rows"].items():
        measured = [content["rows"].get(name) for content in files.values()]
        if "digits" in row:
            # The threshold for letters is that of the whole row, so a part of the row has no figure.
            figures = [f"{each['accuracy']:.1%}" if each else "" for each in measured]
            rows.append((_reword(row["title"]), f"{row['n']}", *figures))
            continue
        n = min(_n_comparable(each) for each in measured if each)
        figures = [f"{1 - _n_wrong(each, n) / n:.1%}" if each else "" for each in measured]
        rows.append((_reword(row["title"]), f"{n}", *figures))
    return table(("pictures", "n", *files), rows, words=(0,))


def _n_comparable(row: dict[str, Any]) -> int:
    """Return the number of first pictures of a row for which every wrong reading is listed."""
    listed, n_wrong = row["failures"], row["n"] - row["n_right"]
    return int(row["n"] if len(listed) == n_wrong else listed[-1]["index"] + 1)


def _n_wrong(row: dict[str, Any], n: int) -> int:
    return sum(failure["index"] < n for failure in row["failures"])


def robustness(path: Path) -> str:
    """Return the accuracy of every shipped model under every corruption.

    Parameters
    ----------
    path
        The result file of ``benchmarks/models/robustness.py``.
    """
    content = load(path)
    models, aim = content["models"], content["aim"]
    rows = [
        ("no corruption", *(f"{model['clean']:.2%}" for model in models.values())),
        *(
            (kind, *(f"{model['corrupted'][kind]:.2%}" for model in models.values()))
            for kind in next(iter(models.values()))["corrupted"]
        ),
        ("mean of the fifteen corruptions", *(f"{model['mean']:.2%}" for model in models.values())),
        ("worst corruption", *(f"{model['worst']:.2%}" for model in models.values())),
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
    """Return the content of a result file.

    Raises
    ------
    LookupError
        If there is none.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LookupError(
            f"the result file {path.name} is missing; the benchmark of its name writes it"
        ) from error


_PLAIN = {
    "the same, told that each is one digit": "the same, `--layout digit`",
    "the same, told that there are five": "the same, `--layout line --length 5`",
    "the same, not told that there are boxes": "the same, no layout given",
    "scikit-learn's 8x8 digits as they are": "scikit-learn's 8x8 digits, unchanged",
    "styles that MNIST lacks": "digit forms that MNIST lacks",
    "blanks found": "blanks recognised",
    "noise, textures and drawings refused": "noise, textures and drawings rejected",
    "crossed-out digits refused": "crossed-out digits rejected",
    "letters refused, at 99% of digits accepted": "letters rejected, at 99% of digits accepted",
    "12-megapixel photo with ten digits, against decoding its JPEG": "Reading a 12-megapixel photo with ten digits, "
    "relative to decoding its JPEG",
    "one 28x28 array through Reader, beyond the bare ONNX Runtime call": "Reading one 28x28 array, in addition to the "
    "bare ONNX Runtime call",
    "inkdigits read on a small picture, whole process, against importing its libraries": "The process `inkdigits read` "
    "on a small picture, relative to importing its libraries",
    "seven images in ten only moved": "seven in ten images only shifted",
    "trembling less": "weaker small bends",
    "without flourishes, trembling little": "no overlaid strokes, weak small bends",
    "augmentation as it was before": "earlier augmentation",
    "the network of 28 epochs, trained on with warps alone": "the network of 28 epochs, then warps only",
    "MNIST alone": "MNIST only",
    "normalised after the pooling, the first layer too": "normalisation after the pooling, also in the first layer",
    "and varied strongly": "+ strong augmentation",
    "and stroke models": "+ stroke models",
    "and fonts": "+ fonts",
    "and non-digits: the recipe": "+ non-digits (the recipe)",
    "letters by hand": "handwritten letters",
    "signs by hand": "handwritten signs",
    "foreign": "characters of other scripts",
    "pairs": "two digits in one crop",
    "straddles": "crops between two digits",
    "rules": "ruled lines",
}
"""Plain words for those in result files that were written earlier."""


def _reword(words: str) -> str:
    """Return a title or a note of a result file in plain words, with "5x5 by 2" as a kernel and its stride."""
    return re.sub(r"(\dx\d) by (\d)", r"\1 stride \2", _PLAIN.get(words, words))


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _mean(figures: Any) -> float:
    return statistics.fmean(figures)


def _spread(mean: float, deviation: float | None) -> str:
    # A single run has no spread.
    return f"{mean:.2%}" if deviation is None else f"{mean:.2%} ± {100 * deviation:.2f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2%} to {interval[1]:.2%}"


def _parameters() -> dict[str, int]:
    """Return the number of parameters by network, from the cards of the shipped models."""
    cards = [load_recogniser(path).card for path in shipped_models().values()]
    return {card.recipe["network"]: card.parameters for card in cards if "network" in card.recipe}


def machine_of(run: dict[str, Any]) -> str:
    """Return the machine of a run, and the versions of Keras and TensorFlow."""
    machine, versions = run["machine"], run.get("versions", {})
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    text = f"{cores} of {machine['processor']}, {machine['platform']}"
    keras = [
        f"{name} {versions[name]}" for name in ("keras", "tensorflow", "tensorflow-cpu") if name in versions
    ]
    return f"{text}; {', '.join(keras)}" if keras else text


def table(head: Row, rows: Sequence[Row], words: Collection[int] = ()) -> str:
    """Return a table in Markdown; columns ``words`` hold words, even if some begin with a digit."""
    # Words are aligned left, figures right.
    bar = [
        "---" if i in words or not any(re.match(r"-?\d", row[i]) for row in rows) else "--:"
        for i in range(len(head))
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, bar, *rows))
