"""Result files of the proofs of reliability as tables: storage, hostile files, fuzzing, engines, workers."""

from pathlib import Path
from typing import Any

from documents.tables import load, machine_of, table
from inkdigits.files.limits import DATA_SET, HOSTILE_PICTURE, MODEL, PAGE, Bound

_SCENARIOS = {
    "training": "a training that is interrupted and resumed",
    "report": "a report written into a run",
    "sweep": "a sweep",
    "cache": "a download into the data cache",
    "results": "result files",
}

_GROUPS = {
    "hostile pictures": "a damaged or hostile picture, PDF excepted (`--layout digit`)",
    "pages": "a valid page of any content, up to 4 megapixels",
    "models": "the check of a model file",
    "data sets": "a CSV or `.npz` file",
    "rosters": "a roster",
}

_BOUNDS: dict[str, Bound] = {
    "hostile pictures": HOSTILE_PICTURE,
    "pages": PAGE,
    "models": MODEL,
    "data sets": DATA_SET,
    "rosters": DATA_SET,
}


def storage(path: Path) -> str:
    """Return what the storage survived; ``path`` is the result file of ``benchmarks/durability/torture.py``."""
    content = load(path)
    cuts, faults, kills = content["power_cuts"], content["faults"], content["kills"]
    rows = [
        (
            f"power cuts, {_SCENARIOS.get(name, name)}",
            f"{each['prefixes']:,} moments, {each['states']:,} states",
        )
        for name, each in cuts["scenarios"].items()
    ]
    rows += [
        (
            "faults: no space, input or output error, no permission, interrupted",
            f"{faults['injected']:,} injected",
        ),
        (
            "trainings killed with SIGKILL",
            f"{kills['survived']:,} kills, {kills['inside_saves']:,} inside a save",
        ),
    ]
    rows += [
        (
            f"checkpoints of `{name}`",
            f"{each['checkpoints']} of {1000 * each['seconds_each']:.0f} ms, {each['share']:.2%} of the time",
        )
        for name, each in content["checkpoints"]["trainings"].items()
    ]
    return "\n\n".join([table(("proof", "passed"), rows, words=(1,)), f"Machine: {machine_of(content)}."])


def bounds(path: Path) -> str:
    """Return the bounds of each kind of file; ``path`` is the result file of ``benchmarks/limits/bounds.py``."""
    content = load(path)
    rows = []
    for name, each in content["groups"].items():
        bound = _BOUNDS[name]
        rows.append(
            (
                _GROUPS[name],
                f"{each['n']} ({each['n_refused']} refused)",
                f"{bound.seconds:g} s",
                f"{each['slowest']['seconds']:.1f} s",
                f"{bound.megabytes:,} MB",
                f"{each['largest']['megabytes']:,.0f} MB",
            )
        )
    head = ("file", "files measured", "promised", "slowest", "promised", "largest")
    return "\n\n".join([table(head, rows, words=(1,)), f"Machine: {machine_of(content['environment'])}."])


def fuzzing(path: Path) -> str:
    """Return executions and coverage of each fuzz target; ``path`` is the result file of ``make fuzz``."""
    content = load(path)
    rows = [
        (
            f"`{name}`",
            f"{each['inputs']:,}",
            f"{each['coverage']:,}",
            f"{each['last_growth_seconds']:.0f} of {each['seconds']:.0f} s",
            str(sum(finding["is_reproduced"] for finding in each["findings"])),
        )
        for name, each in content["targets"].items()
    ]
    head = ("target", "inputs", "edges covered", "last growth", "findings")
    note = f"Engine: {content['engine']}, {content['seconds']:.0f} s on {content['jobs']} processes. "
    return "\n\n".join([table(head, rows), f"{note}Machine: {machine_of(content)}."])


def planted_bugs(path: Path) -> str:
    """Return the time until each planted bug is found; ``path`` is the result file of ``make fuzz-proof``."""
    rows = [
        (
            each["bug"],
            f"`{each['target']}`",
            each["engine"],
            f"{each['seconds']:.1f} s" if each["is_found"] else "not found",
        )
        for each in load(path)["rows"]
    ]
    return table(("planted bug", "target", "engine", "found after"), rows)


def parity(path: Path) -> str:
    """Return the largest differences between engines; ``path`` is the result file of `benchmarks.models.parity`."""
    each_pair = load(path)["rows"]
    rows = [
        (
            f"`{each['model']}`",
            " and ".join(each["engines"]),
            f"{each['difference']:.1e}",
            f"{each['n_changed']} of {each['n']:,} {each['of']}",
        )
        for each in each_pair
    ]
    of_cells = max(each["difference_of_cells"] for each in each_pair if "difference_of_cells" in each)
    note = (
        f"The detector's raw outputs, which are logits and not probabilities, differ by up to {of_cells:.1e}, because "
        "float32 sums depend on their order."
    )
    head = ("model", "engines", "largest difference of a probability", "changed")
    return "\n\n".join([table(head, rows), note])


def workers(path: Path) -> str:
    """Return the speed of reading in workers; ``path`` is the result file of ``benchmarks/speed/worker_pool.py``."""
    content = load(path)
    rows = []
    for name, commands in content["commands"].items():
        rows += [
            (name, str(each["n_pictures"]), *(f"{value:.2f} s" for value in each["seconds"].values()),
             f"{each['ratio']:.2f}")
            for each in commands
        ]  # fmt: skip
    jobs = content["jobs"]
    head = ("pictures", "number", "`--jobs 1`", f"`--jobs {jobs}`", "ratio")
    return "\n\n".join([table(head, rows), _describe_steady(content)])


def _describe_steady(content: dict[str, Any]) -> str:
    steady = "; ".join(
        f"{name} {' and '.join(f'{value:,.1f}' for value in each['per_second'].values())} a second "
        f"({each['ratio']:.2f} times)"
        for name, each in content["steady"].items()
    )
    return (
        f"Without the start, with 1 and {content['jobs']} workers: {steady}. "
        f"Machine: {machine_of(content['environment'])}."
    )
