"""The headline: how many digits were read rightly, and what that number means."""

from inkdigits.reporting.document import Metric, Metrics, Paragraph, Prose, Section, cite, prose, strong
from inkdigits.reporting.run import Run
from inkdigits.reporting.words import count, duration, interval, percent, short_interval


def abstract(run: Run) -> Prose:
    """Return the report in one paragraph."""
    figures = run.evaluation
    return prose(
        "A network of {} parameters was trained with the recipe “{}” for {} on {} of {}. On {} that it "
        "had not seen it read {} rightly (95% interval {}).",
        f"{run.config['parameters']:,}",
        run.config["name"],
        count(len(run.history["epoch"]), "epoch"),
        count(run.config["data"]["n_train"], "image"),
        run.data_name,
        count(figures["n"], "test image"),
        strong(percent(figures["accuracy"])),
        interval(figures["accuracy_interval"]),
    )


def section(run: Run) -> Section:
    """Return the overview."""
    figures = run.evaluation
    n, n_errors = figures["n"], figures["n_errors"]
    likely = short_interval(figures["accuracy_interval"])
    metrics = Metrics(
        (
            Metric("Accuracy", percent(figures["accuracy"]), f"95%: {likely}"),
            Metric("Mistakes", f"{n_errors:,}", f"in {n:,} test images"),
            Metric("Loss", f"{figures['loss']:.4f}", "mean cross-entropy, nats"),
            Metric("Calibration error", percent(figures["ece"]), "expected, in 15 bins"),
            Metric("Training", duration(run.environment["seconds"]["training"]), _epochs_and_size(run)),
        )
    )
    if n_errors:
        meaning = prose(
            "Of the {} test images {} were read rightly and {} wrongly: about one mistake in {} readings. "
            "Another {} images written by the same kind of people would give another count. The interval "
            "from {} (Wilson’s, at 95% {}) holds the accuracies that agree with this one; a difference "
            "between two models that lies well within it may be chance alone.",
            f"{n:,}",
            f"{n - n_errors:,}",
            f"{n_errors:,}",
            f"{round(n / n_errors):,}",
            f"{n:,}",
            interval(figures["accuracy_interval"]),
            cite("wilson"),
        )
    else:
        meaning = prose(
            "All {} were read rightly. That is no proof of perfection: the interval from {} (Wilson’s, at "
            "95% {}) holds the accuracies that agree with such a count.",
            count(n, "test image"),
            interval(figures["accuracy_interval"]),
            cite("wilson"),
        )
    explained = prose(
        "The loss also weighs how sure the network was: a right reading at 60% costs more than one at 99%, "
        "and a wrong one at 99% costs most. The calibration error says how far, on average, that "
        "confidence lies from the share of readings that were right {}.",
        cite("guo"),
    )
    return Section("overview", "Overview", (metrics, Paragraph(meaning), Paragraph(explained)))


def _epochs_and_size(run: Run) -> str:
    return f"{count(len(run.history['epoch']), 'epoch')}, {run.config['parameters']:,} parameters"
