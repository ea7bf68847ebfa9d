"""The exceptions of inkdigits. Each has a one-line message for the user.

    InkdigitsError                 exit status 1
    ├── UsageError                 exit status 2: an unknown name or a value out of range
    ├── PictureError               a picture that cannot be read
    ├── DataError                  a data set that is missing, corrupt or of the wrong shape
    ├── ModelError                 a model file that cannot be loaded or gives wrong outputs
    ├── RunError                   a run directory that is incomplete or cannot be used
    │   └── RunInterruptedError    a training that was interrupted, and how to resume it
    ├── OutputError                a file or folder that cannot be written
    │   └── LockedError            a run, result file or cache that another process is writing
    ├── MissingExtraError          an optional package that is not installed
    ├── ServiceError               a service that does not answer or is not ready
    └── WorkerError                worker processes that cannot be started or used
        └── PoolFullError          a pool in which too many pictures wait already

A message states what was expected, what was found, and what to do.
"""


class InkdigitsError(Exception):
    """Base class of all exceptions that inkdigits raises.

    Parameters
    ----------
    message
        The message. Characters that are not printable are escaped: names and texts from files may contain line ends,
        and codes that control a terminal.
    """

    exit_status = 1

    def __init__(self, message: str = "") -> None:
        text = str(message)
        if not text.isprintable():  # looking at each character takes a hundred times as long
            text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
        super().__init__(text)


class UsageError(InkdigitsError, ValueError):
    """An argument has an unknown name or an invalid value."""

    exit_status = 2


class PictureError(InkdigitsError):
    """A picture is missing, damaged, empty, too large, or not an image file."""


class DataError(InkdigitsError):
    """A data set is missing, corrupt, or of the wrong shape."""


class ModelError(InkdigitsError):
    """A model file is missing, cannot be loaded, or gives outputs of the wrong form."""


class RunError(InkdigitsError):
    """A run directory is incomplete, damaged, or in the wrong state."""


class RunInterruptedError(RunError):
    """A training was interrupted by the user."""


class OutputError(InkdigitsError):
    """A file or folder cannot be written."""


class LockedError(OutputError):
    """A run directory, result file or data cache is locked by another process."""


class ServiceError(InkdigitsError):
    """A service does not answer, or is not ready."""


class WorkerError(InkdigitsError):
    """Worker processes cannot be started, or their pool is closed."""


class PoolFullError(WorkerError):
    """As many pictures wait in a pool as it accepts."""


class MissingExtraError(InkdigitsError):
    """A part of inkdigits needs packages that are not installed.

    Parameters
    ----------
    purpose
        The requested feature, as the subject of a sentence ("training").
    extra
        The extra that installs the packages ("train").
    missing
        The package that is not installed.
    """

    def __init__(self, purpose: str, extra: str, missing: str) -> None:
        super().__init__(
            f"{purpose} needs the package {missing}, which is not installed: "
            f'run  pip install "inkdigits[{extra}]"'
        )
        self.extra = extra
