"""The style of all plots: sizes for print, and colours that are distinguishable with colour blindness."""

import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WIDTH = 6.7
"""Width of a full figure in inches: the text width of the A4 page, so that fonts are not scaled."""

INK = "#1c2733"
MUTED = "#66727f"
RULE = "#d3d9df"
PAPER = "#ffffff"
# Colours of Okabe and Ito's palette, which are distinguishable with every common colour blindness.
BLUE = "#0072b2"
VERMILLION = "#d55e00"
SKY = "#56b4e9"

STYLE: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",  # bundled with matplotlib, so it is the same on every machine
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 8,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "image.composite_image": False,  # compositing a gallery takes longer than all other drawing
    "svg.fonttype": "path",  # looks the same in every browser and in the PDF
    "svg.hashsalt": "inkdigits",  # makes the output reproducible
    "figure.constrained_layout.use": True,
}


def report_style() -> AbstractContextManager[None]:
    """Return a context manager that sets this style in matplotlib and restores the previous one."""
    settings: Any = dict(STYLE)
    return mpl.rc_context(settings)


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure of ``width`` x ``height`` inches, without pyplot's global state."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def add_horizontal_grid(axes: Axes) -> None:
    """Add light horizontal grid lines to ``axes``."""
    axes.grid(axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def to_svg(figure: Figure) -> bytes:
    """Return the figure as SVG, with images at 300 dots per inch."""
    return _save(figure, "svg", {"Date": None, "Creator": None})


def to_png(figure: Figure) -> bytes:
    """Return the figure as PNG at 200 dots per inch."""
    return _save(figure, "png", {"Software": None})


def _save(figure: Figure, kind: str, metadata: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with report_style():
        dots_per_inch = 200 if kind == "png" else 300
        figure.savefig(buffer, format=kind, dpi=dots_per_inch, metadata=metadata)  # writes: to memory
    return buffer.getvalue()
