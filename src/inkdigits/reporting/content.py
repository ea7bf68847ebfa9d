"""The content of a report: its sections in order, and their plots."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from inkdigits.evaluation.statistics import wilson_interval
from inkdigits.reporting import galleries, plots
from inkdigits.reporting.document import Document, FigureBlock, Section
from inkdigits.reporting.formatting import day
from inkdigits.reporting.run import Run
from inkdigits.reporting.sections import (
    data,
    limitations,
    method,
    mistakes,
    overview,
    references,
    reproducibility,
    results,
)
from inkdigits.reporting.style import report_style


def build_document(run: Run) -> Document:
    """Build the report of ``run`` as a tree of blocks."""
    version = run.environment.versions.get("inkdigits")
    sections: tuple[Section, ...] = (
        overview.build_section(run),
        data.build_section(run),
        method.build_section(run),
        results.build_section(run),
        mistakes.build_section(run),
        limitations.build_section(run),
        reproducibility.build_section(run),
        references.build_section(run),
    )
    return Document(
        title="Handwritten digit recognition",
        subtitle=f"Training and evaluation of a network on {run.data_name}",
        byline=(
            f"Recipe “{run.config.name}”, seed {run.config.seed}",
            day(run.environment.created),
            f"inkdigits {version}" if version else "inkdigits",
        ),
        abstract=overview.write_abstract(run),
        sections=sections,
        created=run.environment.created,
    )


def draw_figures(run: Run, document: Document) -> dict[str, Figure]:
    """Draw all plots of ``document``; the keys are the names of its figure blocks."""
    arrays, figures = run.arrays, run.evaluation
    per_class = figures.per_class

    def recall_by_digit() -> Figure:
        supports = [row.support for row in per_class]
        recalls = [row.recall if row.support else np.nan for row in per_class]
        read = np.diag(figures.confusion_matrix)
        intervals = [
            wilson_interval(int(n_read), n) if n else (np.nan, np.nan)
            for n_read, n in zip(read, supports, strict=True)
        ]
        return plots.draw_recall(recalls, intervals)

    def filters() -> Figure:
        assert arrays.first_layer_filters is not None
        return galleries.draw_filters(arrays.first_layer_filters)

    plotters: dict[str, Callable[[], Figure]] = {
        "examples": lambda: galleries.draw_training_examples(arrays.train_examples),
        "class_balance": lambda: plots.draw_class_balance(arrays.train_counts),
        "learning_curves": lambda: plots.draw_learning_curves(run.history),
        "filters": filters,
        "recall_by_digit": recall_by_digit,
        "confusion_matrix": lambda: plots.draw_confusion_matrix(figures.confusion_matrix),
        "predictions": lambda: galleries.draw_first_predictions(
            arrays.test_images, arrays.test_labels, arrays.predicted, arrays.confidences
        ),
        "confidence": lambda: plots.draw_confidences(
            arrays.confidences, arrays.predicted == arrays.test_labels
        ),
        "mistakes": lambda: galleries.draw_mistakes(
            arrays.test_images, figures.mistakes, run.label_errors, mistakes.N_SHOWN
        ),
    }
    with report_style():
        return {
            block.name: plotters[block.name]()
            for block in document.blocks()
            if isinstance(block, FigureBlock)
        }
