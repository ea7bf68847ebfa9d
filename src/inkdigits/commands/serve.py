"""``inkdigits serve``: read digits over HTTP."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inkdigits.commands.arguments.serving import PREFIX, add_setting_options, make_settings
from inkdigits.errors import MissingExtraError

if TYPE_CHECKING:
    from inkdigits.service.settings import Settings


@click.command(name="serve", short_help="Serve a page and an API that read digits.")
@add_setting_options
@click.option(
    "--check",
    "is_check",
    is_flag=True,
    help="Ask the service that runs at this host and port whether it is ready, and exit with 0 if it is.",
)
def command(token_file: Path | None, is_check: bool, **values: Any) -> None:
    """Serve a page that reads what one draws, and an HTTP API that reads pictures.

    The page is at /, the API is described at /docs, figures for Prometheus are at /metrics. Classifiers are also
    served by the Open Inference Protocol, version 2, at /v2. SIGTERM or Ctrl-C stops the service when all accepted
    requests are answered; a second one stops it at once.
    """
    if is_check:
        from inkdigits.service.probe import probe

        probe(values["host"], values["port"])
        return
    # Not for the workers: they read pictures of strangers.
    values["token"] = os.environ.pop(f"{PREFIX}TOKEN", None) or None
    settings = make_settings(values, token_file)
    try:
        _serve(settings)
    except ModuleNotFoundError as error:
        missing = (error.name or "inkdigits").partition(".")[0]
        if missing == "inkdigits":
            raise
        raise MissingExtraError("inkdigits serve", "serve", missing) from error


def _serve(settings: "Settings") -> None:
    """Open the sockets and start the workers; both take their time while the rest is imported."""
    from inkdigits.service.connections.listening import allow_descriptors, check_exposure, open_sockets
    from inkdigits.service.resources import Resources

    check_exposure(settings)
    allow_descriptors(settings.max_connections)
    sockets = open_sockets(settings.host, settings.port)
    resources = Resources(settings)
    resources.start_workers()
    from inkdigits.service.server import serve

    def greet() -> None:
        host, port = sockets[0].getsockname()[:2]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        with suppress(OSError):  # nobody reads it any more
            click.echo(f"The page is at  http://{shown}:{port}/  and the API at /docs; Ctrl-C stops.")

    serve(resources, sockets, greet)
