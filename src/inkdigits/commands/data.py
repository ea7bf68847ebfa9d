"""``inkdigits data``: show and verify the data sets."""

from typing import TYPE_CHECKING

import click

from inkdigits.commands.console.progress import show_progress

if TYPE_CHECKING:
    from inkdigits.data.status import MnistStatus


@click.command(name="data", short_help="Show whether the data sets are complete.")
@click.option("--download", is_flag=True, help="Download missing or damaged files.")
@click.option(
    "--verify",
    is_flag=True,
    help="Check the SHA-256 of every file; exit with 1 if a file is missing or damaged.",
)
def command(download: bool, verify: bool) -> None:
    """Show where the data sets are stored, and whether they are complete.

    MNIST is loaded from the folder in INKDIGITS_DATA if it is set, else from the cache. INKDIGITS_CACHE sets
    another folder for the cache. Training and evaluation download MNIST when they need it; --download does so now.
    """
    from inkdigits.data.mnist import load_mnist
    from inkdigits.data.status import mnist_status
    from inkdigits.errors import DataError

    if download:
        with show_progress() as progress:
            load_mnist(progress=progress)
    status = mnist_status(verify=verify or download)
    click.echo(_as_text(status))
    problems = [file.problem for file in status.files if file.problem]
    if download and status.state != "whole":
        raise DataError(
            f"MNIST was downloaded but cannot be stored in {status.folder}; "
            "free disk space there, or set INKDIGITS_CACHE to another folder"
        )
    if verify and problems:
        raise DataError(f"MNIST is damaged: {'; '.join(problems)}; {_remedy(status)}")
    if verify and status.state == "missing":
        raise DataError(f"MNIST is incomplete in {status.folder}; {_remedy(status)}")


_STATES = {
    "missing": "missing",
    "present": "present, not verified",
    "whole": "complete, SHA-256 verified",
    "damaged": "damaged",
}


def _as_text(status: "MnistStatus") -> str:
    lines = [
        f"MNIST   {_STATES[status.state]}",
        f"folder  {status.folder} ({'the cache' if status.is_cache else 'set by INKDIGITS_DATA'})",
    ]
    names = [file.path.name if file.path else file.name for file in status.files]
    width = max(map(len, names))
    for name, file in zip(names, status.files, strict=True):
        size = f"{file.n_bytes:>10,} bytes" if file.path else " " * 16
        lines.append(f"        {name:<{width}}  {size}  {_STATES[file.state]}")
    if status.state == "missing":
        lines.append(f"next    {_remedy(status)}")
    return "\n".join(lines)


def _remedy(status: "MnistStatus") -> str:
    if status.is_cache:
        return "download it with  inkdigits data --download"
    return "put the published files there, or unset INKDIGITS_DATA"
