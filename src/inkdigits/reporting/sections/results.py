"""The results: the metrics of the evaluation as text, tables and plots."""

import numpy as np

from inkdigits.evaluation.per_class import ClassMetrics
from inkdigits.evaluation.result import Evaluation, WithoutLabelErrors
from inkdigits.reporting.document import (
    Alignment,
    Block,
    FigureBlock,
    Heading,
    Paragraph,
    Prose,
    Section,
    TableBlock,
    cite,
    figure,
    prose,
    strong,
    table,
)
from inkdigits.reporting.formatting import count, interval, listed, percent
from inkdigits.reporting.run import Run

PUBLISHED_ACCURACY = 0.9924
"""The accuracy that the course project reports for its network on MNIST's 10,000 test images."""


def build_section(run: Run) -> Section:
    """Return the section."""
    blocks: list[Block] = [
        Paragraph(_opening(run)),
        _summary_table(run),
        Heading("Learning curves"),
        Paragraph(_learning(run)),
        FigureBlock(
            "learning_curves",
            prose("Learning curves, one point per epoch. The loss has a logarithmic scale."),
            "Line charts of loss, accuracy and learning rate against the epoch.",
        ),
    ]
    if run.arrays.first_layer_filters is not None:
        blocks += [
            Paragraph(
                prose(
                    "{} shows the filters of the first layer. A filter responds most strongly to ink at its red "
                    "weights and background at its blue weights; a filter that is red on one side and blue on the "
                    "other detects edges in that direction.",
                    figure("filters"),
                )
            ),
            FigureBlock(
                "filters",
                prose(
                    "The {} filters of the first layer, on the same scale: red weights are positive, blue weights "
                    "negative, white weights zero.",
                    run.arrays.first_layer_filters.shape[2],
                ),
                "Small squares of red and blue, one for each filter of the first layer.",
            ),
        ]
    blocks += [
        Heading("Results by digit"),
        Paragraph(_by_digit(run)),
        _class_table(run),
        FigureBlock(
            "recall_by_digit",
            prose("Recall of each digit (dot) with its 95% Wilson interval (bar)."),
            "Dot chart of the recall of each digit with its interval.",
        ),
        FigureBlock(
            "confusion_matrix",
            prose(
                "Confusion matrix: rows are true digits, columns predicted digits. Blue: correct predictions. "
                "Orange: mistakes, on a separate logarithmic scale, so that single mistakes are visible."
            ),
            "Heatmap of the confusion matrix, ten true digits by ten predicted digits.",
            0.66,
        ),
        Heading("Confidence and calibration"),
        Paragraph(_confidence(run)),
        FigureBlock(
            "confidence",
            prose(
                "Left: reliability diagram, the accuracy of predictions by their confidence; on the dashed line both "
                "are equal, and larger dots stand for more images. Right: risk-coverage curve, the error rate if only "
                "the most confident predictions are accepted."
            ),
            "Reliability diagram, and error rate among the accepted predictions.",
        ),
        FigureBlock(
            "predictions",
            prose(
                "Predictions with their confidence. Each column is one true digit: its first correctly classified "
                "images in the test set (blue){}",
                ", and below them its first mistake, if there is one (orange). Mistakes are much rarer "
                "than in this selection."
                if run.evaluation.n_errors
                else ".",
            ),
            "A grid of test images with the predicted digit and its confidence.",
        ),
    ]
    return Section("results", "Results", tuple(blocks))


def _opening(run: Run) -> Prose:
    figures = run.evaluation
    words = prose(
        "On the {} the accuracy is {}, the loss {} ({}).",
        count(figures.n, "test image"),
        strong(percent(figures.accuracy)),
        strong(f"{figures.loss:.4f}"),
        table("summary"),
    )
    if run.test_name == "MNIST" and figures.n == 10_000:
        low, high = figures.accuracy_interval
        place = (
            "within"
            if low <= PUBLISHED_ACCURACY <= high
            else "below"
            if low > PUBLISHED_ACCURACY
            else "above"
        )
        words += prose(
            " The course project {} reports {} on the same images, which is {} the interval of this run.",
            cite("course"),
            percent(PUBLISHED_ACCURACY),
            place,
        )
    return words


def _summary_table(run: Run) -> TableBlock:
    figures, without = run.evaluation, run.evaluation.without_label_errors
    columns: list[Evaluation | WithoutLabelErrors] = [figures] if without is None else [figures, without]
    rows = [
        ("test images", [f"{c.n:,}" for c in columns]),
        ("mistakes", [f"{c.n_errors:,}" for c in columns]),
        ("accuracy", [percent(c.accuracy) for c in columns]),
        ("95% interval", [interval(c.accuracy_interval) for c in columns]),
        ("loss (mean cross-entropy, nats)", [f"{c.loss:.4f}" for c in columns]),
        ("expected calibration error", [percent(figures.ece), "–"][: len(columns)]),
    ]
    alignments: tuple[Alignment, ...] = ("left", "right", "right")
    headings = ("", "all test images", "without known label errors")[: len(columns) + 1]
    return TableBlock(
        "summary",
        prose("The metrics of this run on the test images."),
        headings,
        alignments[: len(headings)],
        tuple((prose(name), *(prose("{}", value) for value in values)) for name, values in rows),
    )


def _learning(run: Run) -> Prose:
    history, last = run.history, -1
    words = prose(
        "{} shows the learning curves. In the last epoch the training loss was {} and the training accuracy {}",
        figure("learning_curves"),
        f"{history['loss'][last]:.4f}",
        percent(history["accuracy"][last]),
    )
    if teacher := run.config.recipe.get("teacher"):
        words += prose(
            " (the targets were the probabilities of the teacher {} at temperature {}, so this loss is not the loss on "
            "the labels)",
            strong(teacher),
            f"{run.config.recipe['teacher_temperature']:g}",
        )
    if not run.has_validation:
        return words + prose(". No validation images were held out, so there is no validation curve.")
    best = int(np.nanargmin(history["val_loss"]))
    words += prose(
        "; on the validation images they were {} and {}. The validation loss was lowest in epoch {} of {}",
        f"{history['val_loss'][last]:.4f}",
        percent(history["val_accuracy"][last]),
        f"{history['epoch'][best]:.0f}",
        len(history["epoch"]),
    )
    words += prose(
        ", the last one: these curves show no overfitting."
        if best == len(history["epoch"]) - 1
        else "; the later epochs did not lower it further."
    )
    if run.config.recipe.get("dropout"):
        words += prose(
            " Training loss and accuracy are averages over the epoch, with dropout, so they can be worse than those "
            "on the validation images."
        )
    return words


def _by_digit(run: Run) -> Prose:
    recalls = {label: row.recall for label, row in enumerate(run.evaluation.per_class) if row.support}
    best, worst = (pick(recalls.values()) for pick in (max, min))
    words = prose(
        "Recall is the share of a digit’s images that are predicted as that digit; precision is the share of "
        "predictions of a digit that are correct; F1 is their harmonic mean ({}). ",
        table("per_class"),
    )
    if best == worst:
        words += prose("Recall was the same for every digit, {}. ", percent(best))
    else:
        bests, worsts = (
            listed([str(label) for label, recall in recalls.items() if recall == value])
            for value in (best, worst)
        )
        words += prose(
            "Recall was highest for {} ({}) and lowest for {} ({}). ",
            bests,
            percent(best),
            worsts,
            percent(worst),
        )
    return words + prose(
        "The intervals in {} show how much of such a difference may be due to chance. {} shows which digits were "
        "confused.",
        figure("recall_by_digit"),
        figure("confusion_matrix"),
    )


def _class_table(run: Run) -> TableBlock:
    def cells(name: object, row: ClassMetrics) -> tuple[Prose, ...]:
        shares = (f"{share:.4f}" for share in (row.precision, row.recall, row.f1))
        return tuple(prose("{}", cell) for cell in (name, *shares, f"{row.support:,}"))

    figures = run.evaluation
    return TableBlock(
        "per_class",
        prose(
            "Precision, recall and F1 of each digit. The macro average weights all ten digits equally, also those "
            "without images; the weighted average all images."
        ),
        ("digit", "precision", "recall", "F1", "images"),
        ("left", "right", "right", "right", "right"),
        tuple(cells(label, row) for label, row in enumerate(figures.per_class)),
        (
            cells("macro average", figures.macro_average),
            cells("weighted average", figures.weighted_average),
        ),
    )


def _confidence(run: Run) -> Prose:
    figures, arrays = run.evaluation, run.arrays
    gap = float(arrays.confidences.mean()) - figures.accuracy
    words = prose(
        "The mean confidence is {}, the accuracy {}: on average the network is {}. The expected "
        "calibration error {} is {} ({}). {} shows some predictions with their confidence.",
        percent(float(arrays.confidences.mean())),
        percent(figures.accuracy),
        "well calibrated" if abs(gap) < 0.003 else "overconfident" if gap > 0 else "underconfident",
        cite("guo"),
        percent(figures.ece),
        figure("confidence"),
        figure("predictions"),
    )
    wrong = arrays.confidences[arrays.predicted != arrays.test_labels]
    if len(wrong):
        rejected = float(np.mean(arrays.confidences <= np.median(wrong)))
        words += prose(
            " Rejecting the least confident {} of the predictions removes at least half of the mistakes.",
            percent(rejected, 1),
        )
    if not figures.threshold:
        return words
    if figures.accepted_error is None:
        words += prose(
            " With the confidence threshold {} no prediction is accepted.", f"{figures.threshold:g}"
        )
    else:
        words += prose(
            " With the confidence threshold {}, {} of the predictions are accepted, and of these {} are wrong.",
            f"{figures.threshold:g}",
            percent(figures.coverage),
            percent(figures.accepted_error),
        )
    return words
