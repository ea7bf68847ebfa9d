"""``inkdigits serve``: read digits over HTTP."""

import click

from inkdigits.errors import MissingExtraError


@click.command(name="serve", short_help="Serve a page and an API that read digits.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on."
)
def command(host: str, port: int) -> None:
    """Serve a page and an HTTP API that read digits."""
    try:
        from inkdigits.service.server import serve
    except ModuleNotFoundError as error:
        raise MissingExtraError("serve", "serve", error.name or "") from error
    from inkdigits.service.settings import Settings

    serve(Settings(host=host, port=port))
