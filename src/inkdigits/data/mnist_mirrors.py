"""MNIST from the public mirrors of its four gzip files."""

from collections.abc import Sequence

from inkdigits.data.mnist_files import FILES, MnistFile, unpack, verify
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
"""Folders that hold the four files as ``NAME.gz``; both are public copies of the original site."""

TIMEOUT_SECONDS = 5.0
"""How long a mirror may stay silent: without a network the next way should be tried soon."""

_CHUNK_BYTES = 1 << 16


def fetch_from_mirror(
    mirror: str, progress: Progress = ignore_progress, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[bytes]:
    """Fetch the four files from one mirror, and verify each.

    Parameters
    ----------
    mirror
        Address of the folder that holds the files.
    progress
        Told the bytes fetched of each file.
    timeout_seconds
        How long the mirror may stay silent.

    Returns
    -------
    list of bytes
        The unpacked files, in the order of `FILES`.

    Raises
    ------
    DataError
        At the first file that cannot be fetched or is not the published one.
    """
    contents = []
    for file in FILES:
        address = f"{mirror.rstrip('/')}/{file.name}.gz"
        packed = _get(address, file, progress, timeout_seconds)
        contents.append(verify(file, unpack(file, packed, address), address))
    return contents


def fetch_from_mirrors(
    mirrors: Sequence[str] = MIRRORS, progress: Progress = ignore_progress
) -> tuple[list[bytes] | None, list[str]]:
    """Try one mirror after the other.

    Returns
    -------
    contents
        The unpacked files of the first mirror that has them all, or None.
    failures
        Why each mirror before it failed, a line each.
    """
    failures: list[str] = []
    for mirror in mirrors:
        try:
            return fetch_from_mirror(mirror, progress), failures
        except DataError as error:
            failures.append(str(error))
    return None, failures


def _get(address: str, file: MnistFile, progress: Progress, timeout_seconds: float) -> bytes:
    """Return the body of a response that is no larger than the file could be."""
    # Only here: they take as long to import as MNIST takes to load.
    import http.client
    import urllib.error
    import urllib.request
    from urllib.parse import urlsplit

    message = f"Fetching {file.name} from {urlsplit(address).hostname}"
    limit = file.n_bytes + file.n_bytes // 100 + 1024  # what gzip makes of pixels that cannot be packed
    body = bytearray()
    try:
        with urllib.request.urlopen(address, timeout=timeout_seconds) as response:
            total = int(response.headers.get("Content-Length") or 0)
            progress(message, 0, total)
            while chunk := response.read(_CHUNK_BYTES):
                body += chunk
                progress(message, len(body), total)
                if len(body) > limit:
                    raise DataError(f"{address} sends more than MNIST's {file.name} could hold")
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(f"{address} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise DataError(f"{address} cannot be reached ({_reason(error.reason)})") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DataError(f"{address} breaks off ({_reason(error)})") from error
    if len(body) < total:
        raise DataError(f"{address} breaks off after {len(body):,} of {total:,} bytes")
    return bytes(body)


def _reason(error: object) -> str:
    """Return an error's own words, without its number."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
