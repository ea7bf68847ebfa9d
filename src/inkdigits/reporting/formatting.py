"""Formatting of numbers, dates and counts as text."""

import datetime
from collections.abc import Sequence
from typing import Any


def percent(share: float, decimals: int = 2) -> str:
    """Return a share in [0, 1] as "99.24%"."""
    return f"{share:.{decimals}%}"


def interval(ends: Sequence[float]) -> str:
    """Return the two ends of an interval of shares as "99.05% to 99.39%"."""
    return f"{percent(ends[0])} to {percent(ends[1])}"


def short_interval(ends: Sequence[float]) -> str:
    """Return the two ends of an interval of shares as "99.05–99.39%"."""
    return f"{100 * ends[0]:.2f}–{percent(ends[1])}"


def count(n: int, noun: str) -> str:
    """Return "1 mistake", "no mistakes" or "1,234 mistakes"."""
    return f"{n:,} {noun}" if n == 1 else f"{f'{n:,}' if n else 'no'} {noun}s"


def listed(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def duration(seconds: float) -> str:
    """Return "31.4 seconds" or "2 min 50 s"."""
    if seconds < 120:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def day(moment: str) -> str:
    """Return the date of an ISO 8601 timestamp as "1 March 2025"; other text is returned unchanged."""
    try:
        date = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{date.day} {date:%B %Y}"


def setting(value: Any) -> str:
    """Return a setting's value as text: "none", "yes", "0.001", "3, 3", "shift: 2, zoom: 0.1"."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {setting(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(setting(item) for item in value) or "none"
    return str(value)


def data_name(name: str) -> str:
    """Return a data set's name for prose: "MNIST" for its parts, other names unchanged."""
    return "MNIST" if name.lower().startswith("mnist") else name
