"""The README's first commands and first lines of Python with the output that they really have."""

import contextlib
import io
import shlex
from pathlib import Path

from click.testing import CliRunner

from inkdigits.commands import cli

COMMANDS = (
    ("inkdigits read docs/images/page.jpg", "a page: one number on each line"),
    ("inkdigits read samples/seven.png samples/zero.jpg", "several pictures"),
    ("inkdigits read --expect 7 samples/seven.png", "is it the number that you expect?"),
)
"""Commands, and what each is for."""

PYTHON = """\
import inkdigits

reading = inkdigits.read("docs/images/page.jpg")  # a path, bytes, a Pillow image or an array
print([number.text for number in reading.numbers])
digit = reading.numbers[0].digits[0]
print(digit.label, f"{digit.confidence:.0%}", digit.rejected)
"""


def commands(root: Path) -> str:
    """Return the commands, each with what it prints.

    Parameters
    ----------
    root
        The folder in which they run.

    Raises
    ------
    LookupError
        If one of them fails.
    """
    lines = []
    with contextlib.chdir(root):
        for command, purpose in COMMANDS:
            done = CliRunner().invoke(cli, shlex.split(command)[1:])
            if done.exit_code:
                raise LookupError(f"{command} failed: {done.output}")
            lines += [f"$ {command:<50} # {purpose}", done.stdout.rstrip()]
    return "\n".join(["```console", *lines, "```"])


def python(root: Path) -> str:
    """Return the lines of Python, each with what it prints as a comment below it.

    Parameters
    ----------
    root
        The folder in which they run.
    """
    shown: list[str] = []
    names: dict[str, object] = {}
    with contextlib.chdir(root):
        for line in PYTHON.splitlines():
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(line, "the lines of Python in the README", "exec"), names)
            shown += [line, *(f"# {output}" for output in printed.getvalue().splitlines())]
    return "\n".join(["```python", *shown, "```"])
