"""The overview: the main metrics and their meaning."""

from inkdigits.reporting.document import Metric, Metrics, Paragraph, Prose, Section, cite, prose, strong
from inkdigits.reporting.formatting import count, duration, interval, percent, short_interval
from inkdigits.reporting.run import Run


def write_abstract(run: Run) -> Prose:
    """Return the abstract of the report."""
    figures = run.evaluation
    return prose(
        "A network with {} parameters was trained with the recipe “{}” for {} on {} of {}. On {}, which were not "
        "used in training, its accuracy is {} (95% interval {}).",
        f"{run.config.parameters:,}",
        run.config.name,
        count(len(run.history["epoch"]), "epoch"),
        count(run.config.data.n_train, "image"),
        run.data_name,
        count(figures.n, "test image"),
        strong(percent(figures.accuracy)),
        interval(figures.accuracy_interval),
    )


def build_section(run: Run) -> Section:
    """Return the section."""
    figures = run.evaluation
    n, n_errors = figures.n, figures.n_errors
    likely = short_interval(figures.accuracy_interval)
    metrics = Metrics(
        (
            Metric("Accuracy", percent(figures.accuracy), f"95%: {likely}"),
            Metric("Mistakes", f"{n_errors:,}", f"in {n:,} test images"),
            Metric("Loss", f"{figures.loss:.4f}", "mean cross-entropy, nats"),
            Metric("Calibration error", percent(figures.ece), "expected, with 15 bins"),
            Metric("Training", duration(run.environment.seconds.training), _epochs_and_size(run)),
        )
    )
    if n_errors:
        meaning = prose(
            "Of the {} test images, {} were classified correctly and {} incorrectly: about one mistake in {} images. "
            "Another sample of {} images would give another accuracy. The 95% confidence interval of Wilson is "
            "{} {}. A difference between two models that is much smaller than this interval may be due to chance.",
            f"{n:,}",
            f"{n - n_errors:,}",
            f"{n_errors:,}",
            f"{round(n / n_errors):,}",
            f"{n:,}",
            interval(figures.accuracy_interval),
            cite("wilson"),
        )
    else:
        meaning = prose(
            "All {} were classified correctly. This does not mean that the network makes no mistakes: the 95% "
            "confidence interval of Wilson is {} {}.",
            count(n, "test image"),
            interval(figures.accuracy_interval),
            cite("wilson"),
        )
    explained = prose(
        "The loss also depends on the confidence: a correct prediction at 60% costs more than one at 99%, and a wrong "
        "prediction at 99% costs most. The calibration error is the mean difference between confidence and "
        "accuracy {}.",
        cite("guo"),
    )
    return Section("overview", "Overview", (metrics, Paragraph(meaning), Paragraph(explained)))


def _epochs_and_size(run: Run) -> str:
    return f"{count(len(run.history['epoch']), 'epoch')}, {run.config.parameters:,} parameters"
