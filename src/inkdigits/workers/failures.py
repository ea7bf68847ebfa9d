"""The errors of pictures whose worker had to be ended, or ended itself."""

import signal

from inkdigits.errors import PictureError
from inkdigits.workers.limits import Limits
from inkdigits.workers.messages import ReportedError


def describe_lateness(name: str, limits: Limits) -> PictureError:
    """Return the error of a picture that took too long.

    Parameters
    ----------
    name
        Name of the picture.
    limits
        Limits of the worker.
    """
    return PictureError(
        f"{name} cannot be read: it took more than {limits.seconds:g} s; scale it down or crop it, or allow more time"
    )


def describe_lack_of_memory(name: str, limits: Limits) -> PictureError:
    """Return the error of a picture that needs too much memory; parameters as of `describe_lateness`."""
    return PictureError(
        f"{name} cannot be read: it needs more than the {limits.memory_bytes // 2**20} MB that a worker may use; "
        "scale it down or crop it"
    )


def describe_crash(name: str, status: int, limits: Limits) -> PictureError:
    """Return the error of a picture whose worker ended.

    Parameters
    ----------
    name
        Name of the picture.
    status
        Exit status of the worker; the negative number of the signal that ended it.
    limits
        Limits of the worker.
    """
    if status == -signal.SIGALRM:  # by its own alarm, because the pool was stopped meanwhile
        return describe_lateness(name, limits)
    if status == -signal.SIGKILL:
        return PictureError(
            f"{name} cannot be read: the process that read it was killed, as a system does that has too little memory; "
            "read fewer pictures at a time"
        )
    return PictureError(
        f"{name} cannot be read: it made the process that read it end with {describe_status(status)}; "
        "save it again in another format"
    )


def describe_invalid_answer(name: str) -> PictureError:
    """Return the error of a picture whose worker sent something that is not a result."""
    return PictureError(
        f"{name} cannot be read: the process that read it gave an invalid answer; do not trust this picture"
    )


def describe_unexpected_error(name: str, reported: ReportedError) -> PictureError:
    """Return the error of a picture on which an unexpected exception was raised, with its traceback as a note."""
    message = " ".join(f"{reported.name}: {reported.message}".split()).rstrip(": ")
    error = PictureError(
        f"{name} cannot be read: unexpected {message[:200]}; report this defect, with the picture"
    )
    error.add_note(reported.traceback)
    return error


def describe_status(status: int) -> str:
    """Return an exit status in words: ``SIGSEGV``, or ``status 3``."""
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
