"""What a user may tell the reader beyond the picture."""

from pathlib import Path
from typing import Any

LAYOUTS = ("auto", "digit", "line", "boxes", "page")
"""How the digits may stand in a picture."""


ENGINES = ("auto", "onnxruntime", "openvino")
"""What can compute a model."""


def reading_options(layout: str, length: int | None, roster: Path | None = None) -> dict[str, Any]:
    """Return the options that were given as `Reader.read` takes them.

    Raises
    ------
    DataError
        If the roster cannot be read.
    """
    options: dict[str, Any] = {}
    if layout != "auto":
        options["layout"] = layout
    if length is not None:
        options["length"] = length
    if roster is not None:
        from inkdigits.recognition.roster import Roster

        options["roster"] = Roster.load(roster)  # once, and not for each picture
    return options
