"""Evaluations as lines of text for a terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkdigits.evaluation import Evaluation, ModelComparison
    from inkdigits.evaluation.readings import ReadingEvaluation
    from inkdigits.evaluation.robustness import Robustness


def format_digits(evaluation: "Evaluation") -> str:
    """Format the metrics of single digits."""
    low, high = evaluation.accuracy_interval
    lines = [
        evaluation.classification_report(),
        f"Model      {evaluation.model} on {evaluation.n:,} digits of {evaluation.data}",
        f"Accuracy   {evaluation.accuracy:.2%} (95% interval {low:.2%} to {high:.2%}), "
        f"{evaluation.n_errors} errors",
        f"Loss       {evaluation.loss:.4f}",
        f"ECE        {evaluation.ece:.2%} (expected calibration error)",
        f"Accepted   {evaluation.coverage:.2%}, of which {_percent(evaluation.accepted_error)} are wrong",
    ]
    if (without := evaluation.without_label_errors) is not None:
        lines.append(
            f"Accuracy without {evaluation.n - without.n} known label errors: {without.accuracy:.2%}"
        )
    return "\n".join(lines)


def format_readings(evaluation: "ReadingEvaluation") -> str:
    """Format the metrics of readings: digits, whole numbers and pages."""
    text = format_digits(evaluation.digits)
    if (numbers := evaluation.numbers) is not None:
        low, high = numbers.number_accuracy_interval
        text += (
            f"\nNumbers    {numbers.number_accuracy:.2%} of {numbers.n_numbers:,} correct "
            f"(95% interval {low:.2%} to {high:.2%})"
            f"\n           {numbers.coverage:.2%} accepted, of which {_percent(numbers.accepted_error)} are wrong"
        )
    if (pages := evaluation.pages) is not None:
        text += (
            f"\nPages      F1 score of the numbers {pages.numbers_f1:.2%} ({pages.n_numbers:,} numbers on "
            f"{pages.n_pages:,} pages), layout correct on {pages.layout_accuracy:.2%} of the pages"
        )
    if evaluation.n_unreadable:
        text += f"\nSkipped    {evaluation.n_unreadable:,} files that cannot be read"
    return text


def format_comparison(comparison: "ModelComparison") -> str:
    """Format the comparison of two models on the same images."""
    return (
        f"Against    {comparison.model}: {comparison.n_other_only:,} images are correct only with it, "
        f"{comparison.n_this_only:,} only with this model; p = {comparison.p_value:.4f} (McNemar)"
    )


def format_robustness(robustness: "Robustness") -> str:
    """Format the accuracy under each corruption as a table, with the difference from the uncorrupted images."""
    rows = [
        ("none", robustness.clean),
        *robustness.corrupted.items(),
        ("mean of the corruptions", robustness.mean),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{'Corruption':<{width}}  accuracy  difference"]
    for name, accuracy in rows:
        difference = "" if name == "none" else f"{100 * (accuracy - robustness.clean):>+12.2f}"
        lines.append(f"{name:<{width}}  {accuracy:>8.2%}{difference}")
    return "\n".join([*lines, f"Worst: {robustness.worst}. Differences are in percentage points."])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"
