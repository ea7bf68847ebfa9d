"""The results as a printed table."""

from typing import Any


def table(results: dict[str, Any]) -> str:
    """Return the rows, then the timings, then what was not measured."""
    lines = [f"{'row':24s} {'n':>5s} {'accuracy':>9s} {'95% interval':>17s} {'aim':>7s}  more"]
    for name, row in results["rows"].items():
        aim = "" if row["aim"] is None else f"{row['aim']:.1%}"
        met = "" if row["aim"] is None else (" " if row["accuracy"] >= row["aim"] else " (below)")
        low, high = row["interval"]
        lines.append(
            f"{name:24s} {row['n']:5d} {row['accuracy']:9.2%} {low:8.2%}-{high:7.2%} {aim:>7s}{met}  {_more(row)}"
        )
    for name, timing in results["timings"].items():
        met = "" if timing["value"] < timing["aim_below"] else " (above)"
        value = f"{timing['value']:.3g} {timing['unit']}, aim under {timing['aim_below']:g}{met}"
        lines.append(f"{name:24s} {value}  {timing['title']}")
    lines += [f"{name:24s} not measured: {reason}" for name, reason in results["not_measured"].items()]
    return "\n".join(lines)


def kinds_table(results: dict[str, Any]) -> str:
    """Return every row's kinds, worst first."""
    lines = []
    for name, row in results["rows"].items():
        lines.append(f"\n{name}: {row['title']}")
        for kind, share in sorted(row["kinds"].items(), key=lambda item: item[1]["accuracy"]):
            lines.append(f"  {share['accuracy']:8.2%} of {share['n']:4d}  {kind}")
    return "\n".join(lines)


def _more(row: dict[str, Any]) -> str:
    parts = []
    if "coverage" in row:
        error = row["accepted_error"]
        parts.append(
            f"accepted {row['coverage']:.1%}" + (f", wrong of them {error:.2%}" if error is not None else "")
        )
        parts.append(f"best guess {row['best_guess_accuracy']:.2%}")
    if "part_accuracy" in row:
        parts.append(f"parts {row['part_accuracy']:.2%}")
    if "matched" in row:
        if row["matched"] is not None:
            parts.append(f"in the list, matched {row['matched']:.1%}, another entry {row['wrong_entry']:.1%}")
        if row["told_absent"] is not None:
            parts.append(f"not in it, told so {row['told_absent']:.1%}")
        parts.append(f"match {row['match_milliseconds']['median']:.2f} ms")
    if "digits" in row:
        parts.append(f"as shipped: letters refused {row['letters_refused_as_shipped']:.1%}")
        parts.append(f"digits accepted {row['digits']['accepted_as_shipped']:.1%}")
    parts.append(f"{row['milliseconds']['median']:.1f} ms")
    return "; ".join(parts)
