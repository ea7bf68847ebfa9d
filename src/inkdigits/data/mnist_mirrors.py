"""MNIST from public mirrors of its four gzip files."""

from collections.abc import Sequence

from inkdigits.data.mnist_files import FILES, MnistFile, decompress, verify
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
"""URLs of folders with the four files as ``NAME.gz``; both are public copies of the original site."""

TIMEOUT_SECONDS = 5.0
"""Time limit for a response; without a network the next source should be tried soon."""

_CHUNK_BYTES = 1 << 16


def fetch_from_mirror(
    mirror: str, progress: Progress = ignore_progress, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[bytes]:
    """Download the four files from one mirror, and verify each.

    Parameters
    ----------
    mirror
        URL of the folder with the files.
    progress
        Called with the number of bytes downloaded of each file.
    timeout_seconds
        Time limit for a response.

    Returns
    -------
    list of bytes
        The decompressed files, in the order of `FILES`.

    Raises
    ------
    DataError
        At the first file that cannot be downloaded or is not the published one.
    """
    contents = []
    for file in FILES:
        address = f"{mirror.rstrip('/')}/{file.name}.gz"
        compressed = _get(address, file, progress, timeout_seconds)
        contents.append(verify(file, decompress(file, compressed, address), address))
    return contents


def fetch_from_mirrors(
    mirrors: Sequence[str] = MIRRORS, progress: Progress = ignore_progress
) -> tuple[list[bytes] | None, list[str]]:
    """Try the mirrors in order.

    Returns
    -------
    contents
        The decompressed files of the first mirror that has all of them, or None.
    failures
        The error message of each mirror that failed.
    """
    failures: list[str] = []
    for mirror in mirrors:
        try:
            return fetch_from_mirror(mirror, progress), failures
        except DataError as error:
            failures.append(str(error))
    return None, failures


def _get(address: str, file: MnistFile, progress: Progress, timeout_seconds: float) -> bytes:
    """Return the body of a response, after a check that it is not larger than the file can be."""
    # Imported here, because these imports take as long as loading MNIST.
    import http.client
    import urllib.error
    import urllib.request
    from urllib.parse import urlsplit

    message = f"Downloading {file.name} from {urlsplit(address).hostname}"
    body = bytearray()
    try:
        with urllib.request.urlopen(address, timeout=timeout_seconds) as response:
            total = int(response.headers.get("Content-Length") or 0)
            progress(message, 0, total)
            while chunk := response.read(_CHUNK_BYTES):
                body += chunk
                progress(message, len(body), total)
                if len(body) > file.max_compressed_bytes:
                    raise DataError(f"{address} sends more bytes than MNIST's {file.name} can have")
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(f"{address} returns {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise DataError(f"{address} cannot be reached ({_reason(error.reason)})") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DataError(f"the download of {address} failed ({_reason(error)})") from error
    if len(body) < total:
        raise DataError(f"the download of {address} ended after {len(body):,} of {total:,} bytes")
    return bytes(body)


def _reason(error: object) -> str:
    """Return the message of an error, without its number."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
