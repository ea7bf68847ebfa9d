"""The mistakes: the surest ones, the most frequent ones, and those that the labels are to blame for."""

import numpy as np

from inkdigits.reporting.document import (
    Block,
    FigureBlock,
    Paragraph,
    Prose,
    Section,
    cite,
    figure,
    prose,
)
from inkdigits.reporting.run import Run
from inkdigits.reporting.words import count, interval, listed, percent

N_SHOWN = 40
"""Mistakes in the gallery, at most."""


def section(run: Run) -> Section:
    """Return the account of the mistakes."""
    mistakes = run.evaluation["mistakes"]
    if not mistakes:
        words = prose(
            "There are none to show: every test image was read rightly. A larger or harder test set would "
            "say more."
        )
        return Section("mistakes", "Mistakes", (Paragraph(words), *_label_errors(run)))
    n_shown = min(N_SHOWN, len(mistakes))
    n_errors = run.evaluation["n_errors"]
    shown = "all of them" if n_shown == n_errors else f"the {n_shown} the network was surest of"
    marked = sum(mistake["index"] in run.label_errors for mistake in mistakes[:n_shown])
    caption = prose(
        "The mistakes, surest first: true digit → what was read, and how sure the network was.{}",
        " Dashed frame and †: the label is known to be wrong or disputed." if marked else "",
    )
    return Section(
        "mistakes",
        "Mistakes",
        (
            Paragraph(
                prose(
                    "The network made {}; {} shows {}. A fair question to each is whether "
                    "a person would have read it as it is labelled.",
                    count(n_errors, "mistake"),
                    figure("mistakes"),
                    shown,
                )
            ),
            FigureBlock("mistakes", caption, "A grid of misread digits with true and predicted digit."),
            Paragraph(_confusions(run)),
            *_label_errors(run),
        ),
    )


def _confusions(run: Run) -> Prose:
    """Say in words which digits were most often taken for which."""
    matrix = np.array(run.evaluation["confusion_matrix"])
    np.fill_diagonal(matrix, 0)
    true, read = np.unravel_index(np.argsort(-matrix, axis=None, kind="stable"), matrix.shape)
    pairs = [(t, r, int(matrix[t, r])) for t, r in zip(true.tolist(), read.tolist(), strict=True)]
    repeated = [pair for pair in pairs if pair[2] > 1][:5]
    if not repeated:
        return prose("No two digits were confused more than once, so no pair of digits stands out.")
    times = {2: "twice"}
    return prose(
        "Most often {}. Together these make up {} of all mistakes.",
        listed([f"a {t} was read as {r} ({times.get(n, f'{n} times')})" for t, r, n in repeated]),
        percent(sum(n for _, _, n in repeated) / matrix.sum(), 0),
    )


def _agreed(run: Run) -> int:
    """Count the misread label errors in which the network gave the digit that people see."""
    predicted, labels = run.arrays.predicted, run.arrays.test_labels
    return sum(digit == predicted[i] != labels[i] for i, digit in run.label_errors.items())


def _label_errors(run: Run) -> tuple[Block, ...]:
    without = run.evaluation.get("without_label_errors")
    if without is None:
        return ()
    n_known = run.evaluation["n"] - without["n"]
    n_blamed = run.evaluation["n_errors"] - without["n_errors"]
    words = prose(
        "Not every mistake is the network’s. {} of the test set are known to be wrong or disputed: people "
        "who looked at these images agreed on another digit, or on none {}. Of the mistakes {} among these "
        "images{}. Without them the accuracy is {} (95% interval {}). Neither figure chose anything in "
        "this run, and the network was not told which images these are.",
        count(n_known, "label"),
        cite("northcutt"),
        "none is" if n_blamed == 0 else "1 is" if n_blamed == 1 else f"{n_blamed} are",
        f", and in {_agreed(run)} of them the network read the digit that people see" if n_blamed else "",
        percent(without["accuracy"]),
        interval(without["accuracy_interval"]),
    )
    return (Paragraph(words),)
