"""``inkdigits page``: write the page that reads digits in a browser."""

from pathlib import Path

import click

from inkdigits.errors import UsageError


@click.command(name="page", short_help="Write a page that reads digits in a browser, without a server.")
@click.option(
    "--static",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Folder to write: new, empty, or written by an earlier call.",
)
@click.option(
    "--model",
    default="quick",
    metavar="NAME|FILE",
    help="A network of the recipe quick: the shipped one, or an .onnx file, such as runs/mine/model.onnx.  "
    "[default: quick]",
)
@click.option(
    "--force",
    "is_forced",
    is_flag=True,
    help="Write into a folder with other files; those of other names are kept.",
)
def command(folder: Path | None, model: str, is_forced: bool) -> None:
    """Write a page on which you draw a digit and see how a network reads it.

    The page computes everything in the browser, in JavaScript: it needs no server of inkdigits, and nothing that is
    drawn leaves the device. It reads one digit. Open index.html with a double click, or copy the folder to any web
    server. The page of "inkdigits serve" also reads numbers, lines and pictures.
    """
    if folder is None:
        raise UsageError(
            "expected --static FOLDER, the folder to write; for the page with a service run  inkdigits serve  and open "
            "the address that it prints"
        )
    from inkdigits.page.files import START
    from inkdigits.page.static import write_static_page
    from inkdigits.recognition.engines.registry import find_model

    n_bytes = write_static_page(folder, find_model(model), is_forced)
    click.echo(f"Wrote {folder}: {n_bytes / 1000:.0f} kB, everything that the page needs")
    click.echo(f"To try it     open {(folder / START).resolve().as_uri()}")
    click.echo("To share it   copy the folder to a web server, publish it as a project page, or send it")
