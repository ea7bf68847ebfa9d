"""The charts of a run: each function takes the data and returns a matplotlib figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, PercentFormatter
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.evaluation.calibration import reliability, risk_at_coverage, risk_coverage_curve
from inkdigits.reporting.style import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SKY,
    VERMILLION,
    add_horizontal_grid,
    new_figure,
)

_RIGHT = LinearSegmentedColormap.from_list("right", ["#e3eff7", SKY])
_WRONG = LinearSegmentedColormap.from_list("wrong", ["#fdebd9", "#f6a86a", "#e2711d"])


def draw_class_balance(counts: NDArray[np.int64]) -> Figure:
    """Plot the number of training images of each digit; ``counts`` has shape (10,)."""
    figure = new_figure(1.9)
    axes = figure.subplots()
    bars = axes.bar(range(N_CLASSES), counts, width=0.72, color=BLUE)
    # Inside the bars, where the line of the mean does not cross the labels.
    axes.bar_label(bars, [f"{count:,}" for count in counts], label_type="center", fontsize=7.5, color=PAPER)
    mean = counts.mean()
    axes.plot([-0.5, 9.5], [mean, mean], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(9.55, mean, f"mean\n{mean:,.0f}", va="center", ha="left", fontsize=7, color=MUTED)
    axes.set(xticks=range(N_CLASSES), xlabel="digit", ylabel="training images", xlim=(-0.6, 10.1))
    axes.set_ylim(0, max(1.0, counts.max() * 1.12))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    add_horizontal_grid(axes)
    axes.tick_params(axis="x", length=0)
    return figure


def draw_learning_curves(history: Mapping[str, NDArray[np.float64]]) -> Figure:
    """Plot loss, accuracy and learning rate over the epochs.

    Parameters
    ----------
    history
        Columns ``epoch``, ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy`` and
        ``learning_rate``, each of shape (epochs,), NaN for missing values.
    """
    figure = new_figure(2.35)
    rate_known = bool(np.isfinite(history["learning_rate"]).any())
    panels = figure.subplots(1, 3 if rate_known else 2, width_ratios=[5, 5, 3] if rate_known else [1, 1])
    epoch = history["epoch"]
    for axes, key, title in zip(panels, ("loss", "accuracy"), ("Loss", "Accuracy"), strict=False):
        axes.plot(epoch, history[key], color=BLUE, marker="o", label="training")
        if np.isfinite(history[f"val_{key}"]).any():
            axes.plot(
                epoch, history[f"val_{key}"], color=VERMILLION, marker="s", linestyle="--", label="validation"
            )
        axes.set_title(title)
        add_horizontal_grid(axes)
    loss, accuracy = panels[0], panels[1]
    if np.nanmin(history["loss"]) > 0:
        loss.set_yscale("log")
        _set_log_ticks(loss)
    loss.set_ylabel("cross-entropy (nats)")
    accuracy.yaxis.set_major_formatter(PercentFormatter(1.0))
    accuracy.legend(loc="lower right")
    if rate_known:
        panels[2].plot(epoch, history["learning_rate"], color=MUTED, marker="D", markersize=3)
        panels[2].set_title("Learning rate")
        panels[2].set_ylim(bottom=0)
        add_horizontal_grid(panels[2])
    for axes in panels:
        axes.set_xlabel("epoch")
        axes.set_xlim(epoch.min() - 0.5, epoch.max() + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    return figure


def _set_log_ticks(axes: Axes) -> None:
    """Set the ticks of a logarithmic axis at 1, 2 and 5 times the powers of ten, as plain numbers."""
    low, high = axes.get_ylim()
    ticks = [m * 10.0**e for e in range(-9, 4) for m in (1, 2, 5)]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", which="minor", length=0)


def draw_confusion_matrix(matrix: NDArray[np.int64]) -> Figure:
    """Plot a confusion matrix in which single mistakes are visible.

    The diagonal is hundreds of times larger than the rest and has a separate scale: blue for correct predictions,
    orange for mistakes, empty cells for zero.

    Parameters
    ----------
    matrix
        ``int64`` (10, 10): rows are the true digits, columns the predicted ones.
    """
    figure = new_figure(4.9, 5.4)
    axes = figure.subplots()
    diagonal = np.eye(N_CLASSES, dtype=bool)
    numbers = np.where(matrix > 0, matrix.astype(str), "")
    most = max(1, int(matrix[~diagonal].max()))
    common = {"fmt": "", "square": True, "cbar": False, "linewidths": 1.2, "linecolor": PAPER, "ax": axes}
    right = {"mask": ~diagonal, "cmap": _RIGHT, "vmin": 0, "vmax": max(1, matrix[diagonal].max())}
    # The logarithm makes 1 and 2 distinguishable next to 30; the lower limit below 1 keeps 1 visible.
    wrong = {"mask": diagonal | (matrix == 0), "cmap": _WRONG, "vmin": np.log(0.7), "vmax": np.log(most + 1)}
    axes.set_facecolor("#f5f7f9")
    sns.heatmap(matrix, annot=numbers, annot_kws={"fontsize": 7.5, "color": INK}, **right, **common)
    sns.heatmap(
        np.log(np.maximum(matrix, 0.7)),
        annot=numbers,
        annot_kws={"fontsize": 8, "color": INK},
        **wrong,
        **common,
    )
    axes.set(xlabel="read as", ylabel="true digit")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, labeltop=True, labelbottom=False, labelsize=9)
    axes.tick_params(axis="y", labelrotation=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def draw_recall(recalls: Sequence[float], intervals: Sequence[tuple[float, float]]) -> Figure:
    """Plot the recall of each digit with its 95% interval.

    Parameters
    ----------
    recalls
        Ten values in [0, 1]; NaN for a digit without test images.
    intervals
        The lower and upper end of each interval.
    """
    figure = new_figure(1.9)
    axes = figure.subplots()
    known = [digit for digit in range(N_CLASSES) if np.isfinite(recalls[digit])]
    for digit in known:
        axes.plot([digit, digit], intervals[digit], color=SKY, linewidth=5, solid_capstyle="round")
        axes.plot(digit, recalls[digit], "o", color=INK, markersize=4.5)
        axes.annotate(
            f"{recalls[digit]:.1%}",
            (digit, recalls[digit]),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    axes.set(xticks=range(N_CLASSES), xlabel="digit", ylabel="recall", xlim=(-0.5, 9.8))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    add_horizontal_grid(axes)
    axes.tick_params(axis="x", length=0)
    return figure


def draw_confidences(confidences: NDArray[np.float32], right: NDArray[np.bool_]) -> Figure:
    """Plot the reliability diagram and the risk-coverage curve.

    Parameters
    ----------
    confidences
        ``float32`` (n,) in [0, 1].
    right
        ``bool`` (n,): whether each prediction is correct.
    """
    figure = new_figure(2.7)
    curve, selective = figure.subplots(1, 2)
    bins = reliability(confidences, right)
    filled = bins.counts > 0
    counts, mean, rate = bins.counts[filled], bins.confidence[filled], bins.accuracy[filled]
    curve.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    # The area of a point shows its number of images; most images are at the far right.
    size = 12 + 130 * np.sqrt(counts / counts.max())
    curve.vlines(mean, mean, rate, color=VERMILLION, linewidth=1.2)
    curve.scatter(mean, rate, s=size, color=BLUE, edgecolor=PAPER, linewidth=0.8, zorder=3, clip_on=False)
    curve.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.03), ylim=(0, 1.03))
    curve.set_title("Reliability")
    curve.set_aspect("equal")
    for axis in (curve.xaxis, curve.yaxis):
        axis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axis.set_major_formatter(PercentFormatter(1.0))
    curve.grid(color=RULE)

    coverages, risks = risk_coverage_curve(confidences, right)
    least = 0.85
    shown = coverages >= least - 1e-9
    selective.step(coverages[shown], risks[shown], where="pre", color=BLUE)
    selective.fill_between(coverages[shown], risks[shown], step="pre", color=SKY, alpha=0.25, linewidth=0)
    at_99 = risk_at_coverage(0.99, confidences, right)
    selective.plot(0.99, at_99, "o", color=INK, markersize=4.5, zorder=3)
    selective.annotate(
        f"{at_99:.2%} at 99%", (0.99, at_99), (-8, 6), textcoords="offset points", ha="right", fontsize=7
    )
    selective.set(xlabel="coverage: share accepted", ylabel="risk: error rate among these")
    selective.set_title("Risk and coverage")
    selective.set_xlim(least, 1)
    selective.set_ylim(0, max(1e-3, 1.15 * float(risks[shown].max())))
    selective.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    selective.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    selective.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=2))
    add_horizontal_grid(selective)
    return figure
