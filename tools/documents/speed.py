"""Result files of the speed benchmarks as tables."""

from pathlib import Path
from typing import Any

from documents.tables import BATCH, load, machine_of, table

_AIMS = {"ratio": "aim:", "stretch": "stretch"}


def training(path: Path) -> str:
    """Return the training time of a recipe and of the baseline.

    Parameters
    ----------
    path
        The result file of ``benchmarks/speed/training.py``.
    """
    if not path.exists():
        return _not_measured("training")
    content = load(path)
    summary, roof = content["summary"], content["roof"]
    ratio, name = summary["ratio"], content["recipe"]["name"]
    rows = [
        (f"`{name}`" if side == "recipe" else "Keras's example", f"{summary[side]['median_seconds']:.1f} s",
         f"{summary[side]['mean_accuracy']:.2%}")
        for side in ("baseline", "recipe")
    ]  # fmt: skip
    gflops = ", ".join(f"{each:,.0f} GFLOP/s in {arithmetic}" for arithmetic, each in roof["gflops"].items())
    notes = [
        f"`{name}` is **{ratio['median']:.1f} times** as fast ({ratio['least']:.1f} to {ratio['most']:.1f} in "
        f"{summary['n_rounds']} round{'s' if summary['n_rounds'] > 1 else ''}; "
        f"{', '.join(f'{_AIMS[name]} {value:g}' for name, value in content['aim'].items())}).",
        "Its seconds: " + ", ".join(f"{phase} {each:.1f}" for phase, each in summary["phases"].items()) + ".",
        f"Speed of a large matrix product on this machine: {gflops}. A training image needs "
        f"{roof['mflop_per_training_image']:.1f} MFLOP; {summary['images_per_second']:,.0f} images a second are "
        f"{summary['share_of_roof']:.1%} of the speed of the product.",
        f"Machine: {machine_of(content)}.",
    ]
    head = ("", "from process start to weights and test accuracy", "mean accuracy")
    return "\n\n".join([table(head, rows), *notes])


def step(path: Path) -> str:
    """Return the time of each part of a training step.

    Parameters
    ----------
    path
        As in `training`.
    """
    if not path.exists():
        return _not_measured("training")
    content = load(path)
    parts = content["profile"]
    n_parts = parts["n_parts"]
    rows = [
        ("whole step, each layer on all cores", "", f"{content['undivided_step']:.2f}"),
        (f"whole step, in {n_parts} parallel parts", "", f"{parts['step']:.2f}"),
        ("network, forward", f"{parts['forward']:.2f}", ""),
        ("data, in a separate thread", f"{parts['data']:.2f}", ""),
        *(
            (f"`{name}`, one part", f"{times['forward']:.2f}", _milliseconds(times.get("forward_and_back")))
            for name, times in parts["layers"].items()
        ),
    ]
    head = (f"{parts['batch_size']} images, {parts['precision']}", "forward, ms", "with gradients, ms")
    return table(head, rows)


def inference(path: Path) -> str:
    """Return images a second by model and engine, and the aims.

    Parameters
    ----------
    path
        The result file of ``benchmarks/speed/inference.py``.
    """
    if not path.exists():
        return _not_measured("inference")
    content = load(path)
    right = {(each["model"], each["engine"]): each["n_right"] for each in content["answers"]}
    figures: dict[tuple[str, str, str], dict[tuple[int, int], float]] = {}
    for each in content["figures"]:
        by_size = figures.setdefault((each["model"], each["engine"], each["way"]), {})
        by_size[each["cores"], each["batch"]] = each["images_per_second"]
    rows = [
        (
            f"`{model}`", f"{engine}, {way}",
            _microseconds(by_size.get((1, 1))), *(_count(by_size.get((cores, BATCH))) for cores in (1, 2)),
            _count(right.get((model, engine))),
        )
        for (model, engine, way), by_size in figures.items()
    ]  # fmt: skip
    head = (
        "model", "engine", "one image, one core, µs", f"images/s, {BATCH} at a time, one core", "two cores",
        "correct of 10,000",
    )  # fmt: skip
    verdicts = [
        f"- {each['title']}: **{each['value']:.3g}** times (aim: {each['aim']})"
        for each in content["verdicts"]
    ]
    return "\n\n".join([table(head, rows), "\n".join(verdicts), f"Machine: {machine_of(content)}."])


def _not_measured(kind: str) -> str:
    return f"Not measured yet: `make measure-{kind}-speed`."


def _milliseconds(value: Any) -> str:
    return "" if value is None else f"{value:.2f}"


def _microseconds(speed: float | None) -> str:
    return "" if speed is None else f"{1e6 / speed:,.0f}"


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
