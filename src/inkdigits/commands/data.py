"""``inkdigits data``: where the data sets are, and whether they are whole."""

from typing import TYPE_CHECKING

import click

from inkdigits.commands.console.progress import shown_progress

if TYPE_CHECKING:
    from inkdigits.data.status import MnistStatus


@click.command(name="data")
@click.option("--download", is_flag=True, help="Fetch what is missing or damaged.")
@click.option("--verify", is_flag=True, help="Check every file's SHA-256; exit 1 if one is not whole.")
def command(download: bool, verify: bool) -> None:
    """Show where the data sets are, and whether they are whole.

    MNIST is looked for in the folder that INKDIGITS_DATA names, else in the cache, which INKDIGITS_CACHE
    moves elsewhere. Training and evaluation fetch it when they need it; --download does so now.
    """
    from inkdigits.data.mnist import load_mnist
    from inkdigits.data.status import mnist_status
    from inkdigits.errors import DataError

    if download:
        with shown_progress() as progress:
            load_mnist(progress=progress)
    status = mnist_status(verify=verify or download)
    click.echo(_as_text(status))
    problems = [file.problem for file in status.files if file.problem]
    if download and status.state != "whole":
        raise DataError(
            f"MNIST could be fetched but not kept in {status.folder}; "
            "make room there, or name another folder in INKDIGITS_CACHE"
        )
    if verify and problems:
        raise DataError(f"MNIST is damaged: {'; '.join(problems)}; {_remedy(status)}")
    if verify and status.state == "missing":
        raise DataError(f"MNIST is not whole in {status.folder}; {_remedy(status)}")


_STATES = {
    "missing": "missing",
    "present": "present, not verified",
    "whole": "whole, SHA-256 verified",
    "damaged": "damaged",
}


def _as_text(status: "MnistStatus") -> str:
    lines = [
        f"MNIST   {_STATES[status.state]}",
        f"folder  {status.folder} ({'the cache' if status.is_cache else 'named by INKDIGITS_DATA'})",
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
        return "fetch it with  inkdigits data --download"
    return "put the published files there, or unset INKDIGITS_DATA"
