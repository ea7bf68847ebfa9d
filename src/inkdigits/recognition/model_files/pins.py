"""The SHA-256 digests of the shipped models.

They are stored beside the models in the format of ``sha256sum``; ``python tools/write_golden_answers.py`` renews them
after a model is replaced. They are checked whenever a shipped model is loaded: that takes 2 ms for the detector, of
about 300 ms for the reading of a picture, and a check at any other time would leave damaged weights unnoticed.
"""

import functools
import hashlib
from pathlib import Path

from inkdigits.errors import ModelError

MODEL_FOLDER = Path(__file__).parents[1] / "models"
"""Folder of the shipped models."""

DIGEST_FILE = MODEL_FOLDER / "SHA256SUMS"
"""The digests: one line per model, of 64 hexadecimal digits, two spaces, and the path in `MODEL_FOLDER`."""


@functools.cache
def read_pinned_digests() -> dict[str, str]:
    """Return the SHA-256 of each shipped model, by its path in `MODEL_FOLDER`.

    Raises
    ------
    ModelError
        If the file is missing or damaged.
    """
    try:
        lines = DIGEST_FILE.read_text("ascii").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise ModelError(
            f"the digests of the shipped models, {DIGEST_FILE}, are missing or damaged; install inkdigits again"
        ) from error


def check_pinned_digest(path: Path, content: bytes) -> None:
    """Check the digest of a shipped model; other files have none.

    Parameters
    ----------
    path
        The model file.
    content
        Its bytes.

    Raises
    ------
    ModelError
        If it is a shipped model with another digest than the pinned one.
    """
    if not path.is_relative_to(MODEL_FOLDER):
        return
    expected = read_pinned_digests().get(path.relative_to(MODEL_FOLDER).as_posix(), "none")
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise ModelError(
            f"expected the shipped model {path} with the SHA-256 {expected[:12]}..., but it has {digest[:12]}...: it "
            "is damaged or was replaced; install inkdigits again"
        )
