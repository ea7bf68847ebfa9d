"""Tables of the readings of real pictures that are changed: rotated, varied, or hardly at all."""

from pathlib import Path

from documents.tables import load, machine_of, table


def rotated(path: Path) -> str:
    """Return the accuracy on rotated real pictures.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/rotated.py``.
    """
    content = load(path)
    kinds = content["kinds"]
    head = ("rotated by", "numbers: whole number right", "rows of boxes: digits", "pages: digits")
    rows = [
        (
            f"{int(angle):+d}°" if int(angle) else "0°",
            f"{kinds['numbers']['angles'][angle]['right']:.1%}",
            f"{kinds['boxes']['angles'][angle]['digits']:.1%}",
            f"{kinds['pages']['angles'][angle]['digits']:.1%}",
        )
        for angle in kinds["numbers"]["angles"]
    ]
    return (
        f"{table(head, rows)}\n\nRotated counter-clockwise, layout detected: {kinds['numbers']['n']} numbers, "
        f"{kinds['boxes']['n']} rows of boxes, {kinds['pages']['n']} pages. Machine: {machine_of(content)}."
    )


def varied(path: Path) -> str:
    """Return the accuracy on real pictures that are changed.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/varied.py``.
    """
    content = load(path)
    kinds = content["kinds"]
    head = (
        "change",
        "numbers: whole number right",
        "rows of boxes: digits",
        "pages: digits",
        "pages: F1 of numbers",
    )
    rows = [
        (
            name,
            f"{kinds['numbers']['variations'][name]['right']:.1%}",
            f"{kinds['boxes']['variations'][name]['digits']:.1%}",
            f"{kinds['pages']['variations'][name]['digits']:.1%}",
            f"{kinds['pages']['variations'][name]['numbers']:.1%}",
        )
        for name in kinds["numbers"]["variations"]
    ]
    return (
        f"{table(head, rows, words=(0,))}\n\nLayout detected: {kinds['numbers']['n']} numbers, "
        f"{kinds['boxes']['n']} rows of boxes, {kinds['pages']['n']} pages. Machine: {machine_of(content)}."
    )


_COMPARED = (
    ("numbers", "right", "numbers: whole number right"),
    ("boxes", "right", "rows of boxes: whole row right"),
    ("pages", "digits", "pages: digits"),
    ("pages", "numbers", "pages: F1 of numbers"),
)
"""The kinds and figures of the comparison that are shown, and their names."""


def slightly_changed(path: Path) -> str:
    """Return the accuracy of the shipped detector on slightly changed pictures, with intervals.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/comparison.py``.
    """
    content = load(path)["rows"]["the shipped detector"]
    rows = []
    for kind, figure, name in _COMPARED:
        each = content["kinds"][kind][figure]
        low, high = each["interval"]
        rows.append((name, f"{each['mean']:.1%}", f"{low:.1%} to {high:.1%}"))
    return (
        f"{table(('read', 'mean', '95% interval'), rows, words=(0, 2))}\n\nNumbers with `--layout line`, all else with "
        f"the layout detected. Machine: {machine_of(content)}."
    )


def compared(path: Path) -> str:
    """Return other detectors in comparison with the shipped one, with intervals of the differences.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/comparison.py``.
    """
    rows = []
    for name, row in load(path)["rows"].items():
        cells = []
        for kind, figure, _ in _COMPARED:
            each = row["kinds"][kind][figure]
            difference = ""
            if "difference" in each:
                low, high = (round(100 * value, 1) + 0.0 for value in each["difference"])  # no -0.0
                difference = f" ({low:+.1f} to {high:+.1f})"
            cells.append(f"{each['mean']:.1%}{difference}")
        rows.append((name, *cells))
    return table(("detector", *(name for _, _, name in _COMPARED)), rows)
