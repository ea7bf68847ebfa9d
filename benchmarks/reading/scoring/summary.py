"""Summary of the scores of a row."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.reading.rows import Row
from benchmarks.reading.scoring.scores import Outcome
from inkdigits.evaluation.statistics import wilson_interval

ACCEPTED_SHARE = 0.99
"""The share of digits accepted at which letters are counted."""

N_FAILURES = 40
"""How many failures of a row go into the result file; ``--save-failures`` writes them all."""


def summarise(row: Row, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of one row, ready for JSON."""
    if row.measure == "letters":
        return _letters(row, outcomes)
    figures = {"title": row.title, "aim": row.aim, **_share([outcome.right for outcome in outcomes])}
    if row.measure in ("text", "cells", "page"):
        accepted = [outcome for outcome in outcomes if outcome.accepted]
        figures["best_guess_accuracy"] = _mean([outcome.guess_right for outcome in outcomes])
        figures["coverage"] = _mean([outcome.accepted for outcome in outcomes])
        figures["accepted_error"] = _mean([not outcome.right for outcome in accepted]) if accepted else None
    if row.measure == "roster":
        figures |= _roster(outcomes)
    n_parts = sum(outcome.n_parts for outcome in outcomes)
    if n_parts > len(outcomes):
        figures["part_accuracy"] = round(sum(outcome.n_parts_right for outcome in outcomes) / n_parts, 5)
        figures["n_parts"] = n_parts
    return figures | _common(outcomes)


def _letters(row: Row, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the share of letters rejected at 99% of digits accepted, in the order of the readings."""
    letters = [outcome for outcome in outcomes if not outcome.truth]
    digits = [outcome for outcome in outcomes if outcome.truth]
    threshold = _threshold([outcome.rank for outcome in digits])
    refused = [outcome.rank < threshold or outcome.rank == 0 for outcome in letters]
    figures = {"title": row.title, "aim": row.aim, **_share(refused)}
    figures["digits"] = {
        "n": len(digits),
        "accepted_as_shipped": _mean([outcome.accepted for outcome in digits]),
        "right_as_shipped": _mean([outcome.right for outcome in digits]),
        "accepted_in_the_sweep": _mean([outcome.rank >= threshold for outcome in digits]),
    }
    figures["letters_refused_as_shipped"] = _mean([outcome.right for outcome in letters])
    for kind in ("digit of MNIST", "digit of a font"):
        ranks = [outcome.rank for outcome in digits if outcome.kind == kind]
        if ranks:
            own = _threshold(ranks)
            figures[f"refused_against_{kind.replace(' ', '_')}"] = _mean(
                [each.rank < own for each in letters]
            )
    if all(outcome.score is not None for outcome in outcomes):
        scores = [float(outcome.score or 0) for outcome in digits]
        own = _threshold(scores)
        figures["refused_by_confidence_times_is_digit"] = _mean(
            [float(each.score or 0) < own for each in letters]
        )
    return figures | _common(outcomes)


def _roster(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how many numbers of the list are matched, and how many others are reported as not in it."""
    times = [outcome.match_milliseconds for outcome in outcomes if outcome.match_milliseconds is not None]
    return {
        "matched": _mean([outcome.right for outcome in outcomes if outcome.truth]),
        "told_absent": _mean([outcome.right for outcome in outcomes if not outcome.truth]),
        "wrong_entry": _mean(
            [outcome.accepted and not outcome.right for outcome in outcomes if outcome.truth]
        ),
        "match_milliseconds": {
            "median": round(float(np.median(times)), 3),
            "p95": round(float(np.quantile(times, 0.95)), 3),
        }
        if times
        else None,
    }


def _threshold(ranks: list[float]) -> float:
    """Return the rank that 99% of the digits reach."""
    return float(np.quantile(ranks, 1 - ACCEPTED_SHARE, method="lower"))


def _share(right: list[bool]) -> dict[str, Any]:
    n, n_right = len(right), sum(right)
    low, high = wilson_interval(n_right, n)
    return {
        "n": n,
        "n_right": n_right,
        "accuracy": round(n_right / n, 5),
        "interval": [round(low, 5), round(high, 5)],
    }


def _mean(values: Sequence[bool | float]) -> float | None:
    return round(float(np.mean(values)), 5) if len(values) else None


def _common(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.kind].append(outcome.right)
    times = sorted(outcome.milliseconds for outcome in outcomes)
    failures = [outcome for outcome in outcomes if not outcome.right]
    return {
        "kinds": {kind: _share(right) for kind, right in sorted(kinds.items())},
        "milliseconds": {
            "median": round(float(np.median(times)), 3),
            "p95": round(float(np.quantile(times, 0.95)), 3),
        },
        "failures": [
            {"index": each.index, "kind": each.kind, "truth": each.truth, "answer": each.answer[:120]}
            for each in failures[:N_FAILURES]
        ],
    }
