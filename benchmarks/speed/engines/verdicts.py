"""The results of the inference benchmark as a table, and compared with their targets."""

from typing import Any

LARGE = 1024
"""The batch by which throughput is judged."""

CHEAP = ("quick",)
"""Models that are made to cost little an image."""


def table(results: dict[str, Any]) -> str:
    """Return images per second, medians over the rounds with the least and the most."""
    heads = sorted({(each["cores"], each["batch"]) for each in results["figures"]})
    rows: dict[tuple[str, str, str], dict[tuple[int, int], str]] = {}
    for each in results["figures"]:
        slow, fast = (each["batch"] * 1e6 / end(each["microseconds"]) for end in (max, min))
        cell = f"{each['images_per_second']:,.0f} ({slow:,.0f}-{fast:,.0f})"
        rows.setdefault((each["model"], each["engine"], each["way"]), {})[each["cores"], each["batch"]] = cell
    width = 25
    lines = [
        "images per second"
        + " " * 27
        + "".join(f"{f'{b} at a time, {c} core(s)':>{width}}" for c, b in heads)
    ]
    lines += [
        f"{model:<12} {engine:<18} {way:<12}" + "".join(f"{cells.get(head, ''):>{width}}" for head in heads)
        for (model, engine, way), cells in rows.items()
    ]
    for each in results["answers"]:
        unlike = each["n_unlike_onnxruntime"]
        lines.append(
            f"{each['model']:<12} {each['engine']:<18} reads {each['n_right']:,} of {each['n']:,} test images right"
            + (f", {unlike} otherwise than ONNX Runtime" if unlike is not None else "")
        )
    return "\n".join(lines)


def in_words(verdict: dict[str, Any]) -> str:
    """Return a target and the measured value as text."""
    return f"{verdict['title']}: {verdict['value']:.3g} times (aim: {verdict['aim']})"


def judge(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the ratios that have targets; ratios of engines that were not measured are omitted.

    Parameters
    ----------
    figures
        ``model``, ``engine``, ``way``, ``cores``, ``batch`` and ``images_per_second`` each.
    """
    found: list[dict[str, Any]] = []
    for cores in sorted({each["cores"] for each in figures}):
        here = [each for each in figures if each["cores"] == cores]
        predict = _speed(here, LARGE, engine="keras", way="predict")
        one_predict = _speed(here, 1, engine="keras", way="predict")
        bare = _speed(here, 1, engine="onnxruntime", way="bare", model="classic")
        score = _speed(here, 1, engine="onnxruntime", way="score", model="classic")
        on = f"on {cores} core{'s' if cores > 1 else ''}"
        others = [each for each in here if each["engine"] != "keras" and each["batch"] == LARGE]
        for title, aim, candidates in (
            ("classic", "4, stretch 6", [each for each in others if each["model"] == "classic"]),
            ("quickest model", "15, stretch 25", others),
        ):
            if predict and candidates:
                best = max(candidates, key=lambda each: each["images_per_second"])
                how = f"{best['model']} by {best['engine']}"
                found.append({
                    "title": f"{title} in batches of {LARGE} against Keras predict, {on} ({how})",
                    "value": best["images_per_second"] / predict, "aim": aim,
                })  # fmt: skip
        classic = _speed(here, LARGE, engine="onnxruntime", way="score", model="classic")
        for model in CHEAP:
            speed = _speed(here, LARGE, engine="onnxruntime", way="score", model=model)
            if classic and speed:
                found.append({
                    "title": f"{model} against classic in ONNX Runtime, in batches of {LARGE}, {on}",
                    "value": speed / classic, "aim": "4, stretch 10",
                })  # fmt: skip
        if bare and score:
            found.append({
                "title": f"one image through Recogniser.score against a bare ONNX Runtime call, {on}",
                "value": bare / score, "aim": "under 1.2",
            })  # fmt: skip
        if score and one_predict:
            found.append({
                "title": f"one image through Recogniser.score against Keras predict, {on}",
                "value": score / one_predict, "aim": "300",
            })  # fmt: skip
    return found


def _speed(figures: list[dict[str, Any]], batch: int, **wanted: str) -> float | None:
    for each in figures:
        if each["batch"] == batch and all(each[key] == value for key, value in wanted.items()):
            return float(each["images_per_second"])
    return None
