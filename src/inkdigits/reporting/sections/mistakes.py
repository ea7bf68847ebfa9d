"""The mistakes: the most confident ones, the most frequent confusions, and known label errors."""

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
from inkdigits.reporting.formatting import count, interval, listed, percent
from inkdigits.reporting.run import Run

N_SHOWN = 40
"""Largest number of mistakes in the gallery."""


def build_section(run: Run) -> Section:
    """Return the section."""
    mistakes = run.evaluation.mistakes
    if not mistakes:
        words = prose(
            "There are no mistakes: all test images were classified correctly. A larger or harder test set would be "
            "more informative."
        )
        return Section("mistakes", "Mistakes", (Paragraph(words), *_label_errors(run)))
    n_shown = min(N_SHOWN, len(mistakes))
    n_errors = run.evaluation.n_errors
    shown = "all of them" if n_shown == n_errors else f"the {n_shown} with the highest confidence"
    marked = sum(mistake.index in run.label_errors for mistake in mistakes[:n_shown])
    caption = prose(
        "The mistakes in order of decreasing confidence: true digit → predicted digit, and the confidence.{}",
        " Dashed frame and †: the label is known to be wrong or ambiguous." if marked else "",
    )
    return Section(
        "mistakes",
        "Mistakes",
        (
            Paragraph(
                prose(
                    "The network made {}; {} shows {}. Some of these images are ambiguous for people too.",
                    count(n_errors, "mistake"),
                    figure("mistakes"),
                    shown,
                )
            ),
            FigureBlock("mistakes", caption, "A grid of misclassified digits with true and predicted digit."),
            Paragraph(_confusions(run)),
            *_label_errors(run),
        ),
    )


def _confusions(run: Run) -> Prose:
    """Describe the most frequent confusions."""
    matrix = np.array(run.evaluation.confusion_matrix)
    np.fill_diagonal(matrix, 0)
    true, read = np.unravel_index(np.argsort(-matrix, axis=None, kind="stable"), matrix.shape)
    pairs = [(t, r, int(matrix[t, r])) for t, r in zip(true.tolist(), read.tolist(), strict=True)]
    repeated = [pair for pair in pairs if pair[2] > 1][:5]
    if not repeated:
        return prose("No pair of digits was confused more than once.")
    times = {2: "twice"}
    return prose(
        "The most frequent confusions: {}. Together these are {} of all mistakes.",
        listed([f"{t} was read as {r} ({times.get(n, f'{n} times')})" for t, r, n in repeated]),
        percent(sum(n for _, _, n in repeated) / matrix.sum(), 0),
    )


def _count_agreed(run: Run) -> int:
    """Count the label errors in which the prediction is the corrected label."""
    predicted, labels = run.arrays.predicted, run.arrays.test_labels
    return sum(digit == predicted[i] != labels[i] for i, digit in run.label_errors.items())


def _label_errors(run: Run) -> tuple[Block, ...]:
    without = run.evaluation.without_label_errors
    if without is None:
        return ()
    n_known = run.evaluation.n - without.n
    n_affected = run.evaluation.n_errors - without.n_errors
    words = prose(
        "{} of the test set are known to be wrong or ambiguous: annotators agreed on another digit, or on no "
        "digit {}. Of the mistakes, {} among these images{}. Without these images the accuracy is {} (95% interval "
        "{}). The list of label errors was not used in training.",
        count(n_known, "label"),
        cite("northcutt"),
        "none is" if n_affected == 0 else "1 is" if n_affected == 1 else f"{n_affected} are",
        f"; in {_count_agreed(run)} of them the prediction is the corrected label" if n_affected else "",
        percent(without.accuracy),
        interval(without.accuracy_interval),
    )
    return (Paragraph(words),)
