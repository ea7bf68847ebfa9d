"""The command ``inkdigits``: one module per sub-command, imported when the sub-command is called."""

import importlib
import itertools
import os
import sys
from contextlib import suppress

import click

from inkdigits.errors import InkdigitsError, RunInterruptedError

COMMANDS = (
    "train",
    "train-numbers",
    "sweep",
    "evaluate",
    "read",
    "serve",
    "report",
    "export",
    "ensemble",
    "page",
    "models",
    "data",
    "doctor",
)
"""The sub-commands in the order of the help page; each is the function ``command`` in the module of the same name."""


class _LazyGroup(click.Group):
    """A command group that imports a sub-command only when it is called or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"inkdigits.commands.{cmd_name.replace('-', '_')}"
        ).command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inkdigits", message="%(prog)s %(version)s")
def cli() -> None:
    """Recognise handwritten digits; train, evaluate and export the networks."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command. An expected error is printed as one line on stderr; the exit status is 0, 1 or 2."""
    try:
        status = cli.main(arguments, prog_name="inkdigits", standalone_mode=False)
        sys.stdout.flush()
    except RunInterruptedError as error:
        status = _print_error(str(error), error.exit_status)
        _exit_without_cleanup(status)
    except InkdigitsError as error:
        status = _print_error(str(error), error.exit_status)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        status = 2
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else _find_command_path(arguments)
        status = _print_error(f"{error.format_message().rstrip('.')}; see  {path} --help", 2)
    except click.ClickException as error:
        status = _print_error(error.format_message(), 1)
    except (click.Abort, KeyboardInterrupt):
        status = _print_error("interrupted", 1)
        if "tensorflow" in sys.modules:
            _exit_without_cleanup(status)
    except BrokenPipeError:
        # The other end of the pipe was closed, as `head` does: this is not an error. Redirect stdout, because Python
        # flushes it at exit and would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 1
    except OSError as error:
        status = _print_error(f"{error.filename or 'the output'}: {error.strerror or error}", 1)
    sys.exit(status if isinstance(status, int) else 0)


def _find_command_path(arguments: list[str] | None) -> str:
    """Return the command that was called: click does not name it in an error of the parser."""
    called = (name for name in (sys.argv[1:] if arguments is None else arguments) if name in COMMANDS)
    return " ".join(["inkdigits", *itertools.islice(called, 1)])


def _exit_without_cleanup(status: int) -> None:
    """Exit at once. TensorFlow's threads may still compute the interrupted step.

    When the interpreter was finalised meanwhile, 1 of 8 interrupted trainings on a busy machine ended with a
    segmentation fault.
    """
    with suppress(OSError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _print_error(message: str, status: int) -> int:
    click.echo(f"inkdigits: {' '.join(message.split())}", err=True)
    return status
