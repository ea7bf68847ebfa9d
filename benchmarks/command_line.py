"""Command lines of the programs."""

import argparse
import os
import sys
from pathlib import Path

REAL_PICTURES = "INKDIGITS_REAL"
"""Variable: the folder of labelled real pictures, in the form that `benchmarks.reading.real` describes."""


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the command line of the running program.

    Parameters
    ----------
    description
        Docstring of the program, printed by ``--help`` as it is.
    """
    program = sys.modules["__main__"].__spec__
    return argparse.ArgumentParser(
        prog=None if program is None else f"python -m {program.name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def find_real_pictures(kind: str) -> Path:
    """Return the folder of real pictures of a kind, such as ``numbers``; end the program if it is not given."""
    folder = os.environ.get(REAL_PICTURES)
    if not folder:
        sys.exit(
            f"No pictures: set {REAL_PICTURES} to a folder of labelled pictures, see benchmarks/README.md."
        )
    path = Path(folder) / kind
    if not (path / "labels.csv").is_file():
        sys.exit(
            f"{path / 'labels.csv'} is missing: {REAL_PICTURES} must be a folder with {kind}/labels.csv."
        )
    return path
