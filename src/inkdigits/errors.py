"""The errors that inkdigits raises, each with a one-line message meant for a person.

InkdigitsError                 exit status 1
├── UsageError                 exit status 2: an unknown name or a value out of range
├── PictureError               a picture that cannot be read
├── DataError                  a data set that is missing, corrupt or of the wrong shape
├── ModelError                 a model file that cannot be loaded or answers wrongly
├── RunError                   a run directory that is incomplete or cannot be used
├── OutputError                a file or folder that cannot be written
└── MissingExtraError          an optional package that is not installed

A message says what was expected, what came, and what to do.
"""


class InkdigitsError(Exception):
    """Base of every error that inkdigits raises on purpose."""

    exit_status = 1


class UsageError(InkdigitsError, ValueError):
    """An argument has a name or a value that inkdigits does not know."""

    exit_status = 2


class PictureError(InkdigitsError):
    """A picture is missing, damaged, empty, too large, or no picture at all."""


class DataError(InkdigitsError):
    """A data set is missing, corrupt, or not of the shape it should have."""


class ModelError(InkdigitsError):
    """A model file cannot be found, cannot be loaded, or breaks the contract."""


class RunError(InkdigitsError):
    """A run directory lacks what was asked of it."""


class OutputError(InkdigitsError):
    """A file or folder cannot be written."""


class MissingExtraError(InkdigitsError):
    """A part of inkdigits needs packages that are not installed.

    Parameters
    ----------
    purpose
        What was asked for, as the subject of a sentence ("training").
    extra
        The extra that brings the packages ("train").
    missing
        The package that was not found.
    """

    def __init__(self, purpose: str, extra: str, missing: str) -> None:
        super().__init__(
            f"{purpose} needs the package {missing}, which is not installed: "
            f'run  pip install "inkdigits[{extra}]"'
        )
        self.extra = extra
