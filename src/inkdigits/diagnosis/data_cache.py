"""The data sets on this machine: present, and with the published digests."""

from pathlib import Path

from inkdigits.data.folders import DATA_VARIABLE
from inkdigits.data.status import mnist_status
from inkdigits.diagnosis.finding import Finding

TOPIC = "Data"


def check_data_cache(runs: Path) -> list[Finding]:
    """Check MNIST in the cache, or in the folder given by the environment.

    Parameters
    ----------
    runs
        Not used.

    Returns
    -------
    list of Finding
        A damaged file is wrong. Missing files are a note if they are downloaded on demand, else wrong.
    """
    status = mnist_status(verify=True)
    place = f"{status.folder} ({'the cache' if status.is_cache else f'set by {DATA_VARIABLE}'})"
    facts = {
        "folder": str(status.folder),
        "is_cache": status.is_cache,
        "state": status.state,
        "files": {file.name: file.state for file in status.files},
    }
    damaged = [str(file.path) for file in status.files if file.state == "damaged"]
    if damaged:
        remedy = f"delete {', '.join(damaged)}" + (
            ", then run  inkdigits data --download" if status.is_cache else ""
        )
        value = f"damaged in {place}: {'; '.join(file.problem for file in status.files if file.problem)}"
        return [Finding(TOPIC, "MNIST", "wrong", value, remedy, facts)]
    if status.state != "whole":
        missing = [file.name for file in status.files if file.state == "missing"]
        what = (
            "not downloaded"
            if len(missing) == len(status.files)
            else f"incomplete ({', '.join(missing)} missing)"
        )
        if status.is_cache:
            remedy = "training and evaluation download it (12 MB), as does  inkdigits data --download"
            return [Finding(TOPIC, "MNIST", "note", f"{what}: {place}", remedy, facts)]
        remedy = f"put the four published files there, or unset {DATA_VARIABLE}"
        return [Finding(TOPIC, "MNIST", "wrong", f"{what}: {place}", remedy, facts)]
    return [Finding(TOPIC, "MNIST", "right", f"complete, SHA-256 verified: {place}", facts=facts)]
