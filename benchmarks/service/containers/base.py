"""A base image without a registry: Debian's minimal system, as `debian:trixie-slim` has it."""

import time

from benchmarks.service.containers.store import Store

SUITE = "trixie"
NAME = "inkdigits-test-base"
MAX_AGE_SECONDS = 14 * 24 * 3600
"""Age from which the base is made anew, with the updates since."""

_UNNEEDED = ("doc", "groff", "info", "linda", "lintian", "locale", "man")
"""Folders of /usr/share that Debian's slim images leave out as well, except for licences."""


def make_base(store: Store) -> str:
    """Make the base image with mmdebstrap from Debian's packages, unless the store has one of the last days.

    Parameters
    ----------
    store
        Where the image is kept.

    Returns
    -------
    str
        The name of the image.
    """
    created = store.read_created(NAME)
    if created is None or time.time() - created > MAX_AGE_SECONDS:
        options = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _UNNEEDED]
        options.append("--dpkgopt=path-include=/usr/share/doc/*/copyright")
        store.make_image(["mmdebstrap", "--quiet", "--variant=minbase", *options, SUITE], NAME)
    return NAME
