"""Result files of real pictures as tables."""

from pathlib import Path
from typing import Any

from documents.tables import load, machine_of, table


def network_families(path: Path) -> str:
    """Return the accuracy of two families of networks on real numbers after the same training.

    Parameters
    ----------
    path
        The result file of ``benchmarks/training/network_families.py``.
    """
    content = load(path)
    names = {"detector": "anchor-free detector", "columns": "line network with CTC"}
    head = (
        "network",
        "parameters",
        "steps",
        "training time",
        "cheque amounts right",
        "other numbers right",
        "right length",
    )
    rows = [
        (
            names[family],
            f"{each['parameters']:,}",
            f"{each['steps']:,}",
            f"{each['seconds']:,} s",
            f"{each['right']['cheques']:.1%}",
            f"{each['right']['others']:.1%}",
            f"{each['right_length']:.1%}",
        )
        for family, each in sorted(content.items())
    ]
    n = next(iter(content.values()))["n"]
    machine = machine_of(next(iter(content.values())))
    return (
        f"{table(head, rows)}\n\n{n['cheques']} cheque amounts and {n['others']} other numbers, one seed. Other "
        f"processes ran during both trainings, so the times are only rough. Machine: {machine}."
    )


def final_scans(path: Path) -> str:
    """Return the table of the detector's final scans.

    Parameters
    ----------
    path
        The result file of ``benchmarks/settings/final_scans.py``.
    """
    content = load(path)
    rows = [
        (name, f"{row['right']:.1%}", f"{row['log_likelihood']:.2f}") for name, row in content["rows"].items()
    ]
    head = ("final scans", "numbers read correctly", "mean log-likelihood of the labels")
    return f"{table(head, rows)}\n\nMachine: {machine_of(content)}."


def second_reading(path: Path) -> str:
    """Return the table of the second reading of doubtful lines.

    Parameters
    ----------
    path
        The result file of ``benchmarks/settings/second_reading.py``.
    """
    content = load(path)
    rows = [
        (
            name,
            f"{row['right']:.1%}",
            f"{row['ece']:.1%}",
            f"{row['right_in_shadow']:.1%}",
            f"{row['milliseconds']:.0f} ms",
        )
        for name, row in content["rows"].items()
    ]
    head = (
        "second reading",
        "numbers read correctly",
        "expected calibration error",
        "correctly under a hard shadow",
        "time per number",
    )
    return f"{table(head, rows)}\n\n{content['n']} numbers, on one thread. Machine: {machine_of(content)}."


def print_odds(path: Path) -> str:
    """Return the tables of the prior odds of print, and of the pages read with each choice of the ink.

    Parameters
    ----------
    path
        The result file of ``benchmarks/settings/print_odds.py``.
    """
    content = load(path)
    wrong = ("handwritten", "printed")
    rows = [
        (
            f"{row['odds']:g}" + (" (used)" if row["odds"] == content["chosen"] else ""),
            *(f"{row[name]['wrong']:.1%}" for name in wrong),
        )
        for row in content["tried"]
    ]
    first = table(("prior odds of print", "handwriting taken for print", "print taken for handwriting"), rows)
    n_handwritten, n_printed = (content["tried"][0][name]["n"] for name in wrong)
    pages = [
        (f"`--ink {ink}`", *(f"{row[name]:.1%}" for name in ("digits", "numbers", "right")))
        for ink, row in content["pages"].items()
    ]
    second = table(("pages", "digits", "F1 of the numbers", "pages read without an error"), pages)
    return (
        f"{first}\n\n{n_handwritten:,} detected digits of handwritten numbers and pages, {n_printed} of two printed "
        f"newspaper pages.\n\n{second}\n\nMachine: {machine_of(content)}."
    )


def own_numbers(path: Path) -> str:
    """Return the effect of a user's own numbers on the training of the detector.

    Parameters
    ----------
    path
        The result file of ``benchmarks/training/own_numbers.py``.
    """
    content = load(path)
    rows = [
        (name, f"{content['right'][key]:.1%}")
        for name, key in (
            ("as shipped", "before"),
            ("fine-tuned with the cheque amounts", "with own numbers"),
            ("fine-tuned without them", "without own numbers"),
        )
    ]
    return (
        f"{table(('detector', 'cheque amounts right'), rows)}\n\n{content['n_train']} amounts were used for "
        f"training, of which {content['n_aligned']} could be aligned; {content['n_test']} others were read. "
        f"{content['epochs']} epochs, one seed. Machine: {machine_of(content)}."
    )


def pictures(path: Path) -> str:
    """Return the accuracy on real pictures, with the aims.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/real.py``.
    """
    content = load(path)
    numbers, digits = content["kinds"]["numbers"]["line"], content["kinds"]["digits"]["digit"]
    confidence = numbers["confidence"]
    return (
        f"{table(('real pictures', 'n', 'share', 'aim'), _list_pictures(content), words=(0,))}\n\n"
        f"The confidence of a number has an expected calibration error of {confidence['ece']:.1%} (aim: 3% at most). "
        f"At an error rate of 1% among accepted numbers, {confidence['accepted']:.1%} are accepted (threshold "
        f"{confidence['threshold']:.4f}). On one thread, reading a number takes {numbers['milliseconds']:.0f} ms and a "
        f"single digit {digits['milliseconds']:.0f} ms (medians).\n\nMachine: {machine_of(content)}."
    )


def pictures_in_short(path: Path) -> str:
    """Return the main rows of `pictures`, without the aims.

    Parameters
    ----------
    path
        The result file of ``benchmarks/reading/real.py``.
    """
    chosen = (
        "cheque",
        "single digits",
        "the same: accepted and",
        "rows of boxes",
        "pages",
        "photos of sudokus",
    )
    rows = [row[:3] for row in _list_pictures(load(path)) if row[0].startswith(chosen)]
    return table(("real pictures", "n", "share"), rows, words=(0,))


def _list_pictures(content: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return the rows on real pictures: what is measured, on how many, the share, and the aim."""
    kinds = content["kinds"]
    numbers, automatic = kinds["numbers"]["line"], kinds["numbers"]["auto"]
    digits = kinds["digits"]["digit"]
    share = "{:.1%}".format
    rows = [
        (
            "cheque amounts, `--layout line`: whole number right",
            str(numbers["sources"]["cheques"]["n"]),
            share(numbers["sources"]["cheques"]["right"]),
            "92%",
        ),
        (
            "other numbers, `--layout line`: whole number right",
            str(numbers["other_sources"]["n"]),
            share(numbers["other_sources"]["right"]),
            "95%",
        ),
        (
            "all of these numbers, layout detected: whole number right",
            str(automatic["n"]),
            share(automatic["right"]),
            "90%",
        ),
        (
            "single digits, `--layout digit`: best guess right",
            str(digits["n"]),
            share(digits["right"]),
            "96%",
        ),
        ("the same: accepted and right", str(digits["n"]), share(digits["accepted_right"]), "94%"),
        (
            "the same: accepted and wrong",
            str(digits["n"]),
            share(digits["accepted_wrong"]),
            "1.5% at most",
        ),
        (
            "signs, letters, empty cells, `--layout digit`: no digit accepted",
            str(kinds["not_digits"]["digit"]["n"]),
            share(kinds["not_digits"]["digit"]["right"]),
            "95%",
        ),
    ]
    for kind, figure, name, aim in (
        ("boxes", "digits", "rows of boxes and tables, layout detected: digits", "97%"),
        ("boxes", "right", "the same: whole rows", "90%"),
        ("pages", "digits", "pages, layout detected: digits", "95%"),
        ("pages", "numbers", "the same: numbers (F1)", "92%"),
        ("sudoku", "digits", "photos of sudokus, layout detected: digits", "97%"),
    ):
        if kind in kinds:
            each = kinds[kind]["auto"]
            rows.append((name, str(each["n"]), share(each[figure]), aim))
    return rows
