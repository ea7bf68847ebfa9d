"""``inkdigits read``: read the digits in pictures."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inkdigits.choices import ENGINES, INKS, LAYOUTS, PICTURE_SUFFIXES
from inkdigits.commands.arguments.inputs import NamedPicture, PictureFiles
from inkdigits.commands.arguments.reading import DigitSet, make_reading_options
from inkdigits.commands.arguments.workers import MANY_PICTURES, jobs_option, open_runner, timeout_option
from inkdigits.commands.console.bar import show_bar
from inkdigits.commands.formats.reading import FORMATS, Writer, make_writer
from inkdigits.errors import MissingExtraError, PictureError, UsageError
from inkdigits.files.storage import write_bytes

if TYPE_CHECKING:
    from inkdigits.workers.in_process import InProcess
    from inkdigits.workers.pool import Pool
    from inkdigits.workers.tasks import PictureFailure, Task


@click.command(name="read", short_help="Read the digits in pictures.")
@click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="auto",
    show_default=True,
    help="Layout of the digits: a single digit, a line, one digit per box, or a page of lines.",
)
@click.option("--length", type=click.IntRange(min=1), metavar="N", help="Number of digits of every number.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="List of the possible numbers, one per line or as CSV.",
)
@click.option("--digits", type=DigitSet(), metavar="LIST", help="Possible digits, such as 1-9 or 0,5.")
@click.option(
    "--ink",
    type=click.Choice(INKS),
    default="auto",
    show_default=True,
    help="Which digits to read: handwritten skips the print, printed skips the handwriting, any reads both. auto skips "
    "the print of a page that somebody has filled in by hand, and else reads both.",
)
@click.option(
    "--expect", metavar="NUMBER", help="Expected number; report the probability that the picture shows it."
)
@click.option("--model", metavar="NAME|FILE", help="A shipped model or an .onnx file.  [default: accurate]")
@click.option(
    "--detector", metavar="FILE", help="Detector trained by train-numbers.  [default: the shipped one]"
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="Inference engine; auto is onnxruntime, which starts fastest.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format."
)
@click.option(
    "--images",
    is_flag=True,
    help="With json or jsonl: add to each digit the 28x28 image that the network sees, as a PNG in base64.",
)
@click.option(
    "--show",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Draw the detected digits and the network's input images; several pictures give FILE-1.png and so on.",
)
@jobs_option
@timeout_option
@click.pass_context
def command(
    context: click.Context,
    pictures: tuple[str, ...],
    layout: str,
    length: int | None,
    roster: Path | None,
    digits: tuple[int, ...] | None,
    expect: str | None,
    ink: str,
    model: str | None,
    detector: str | None,
    engine: str,
    form: str,
    images: bool,
    show: Path | None,
    jobs: int | None,
    timeout: float | None,
) -> None:
    """Read the digits in pictures: files, folders, or pages of PDF files. "-" reads from stdin.

    A rejected digit is printed as "?", a blank box as "_". A picture that cannot be read is reported on stderr and
    skipped; the exit status is then 1.
    """
    if show is not None and show.suffix.lower() not in PICTURE_SUFFIXES:
        raise UsageError(
            f"--show needs the suffix of a picture, such as .png, but got {show.suffix or 'none'}"
        )
    if images and form not in ("json", "jsonl"):
        raise UsageError(f"--images needs --format json or jsonl, but got {form}")
    options = make_reading_options(layout, length, roster, digits, expect, ink)
    inputs = PictureFiles(pictures)
    has_one_file = inputs.files == list(pictures) and len(pictures) == 1
    with open_runner(
        inputs.count(enough=MANY_PICTURES),
        jobs,
        timeout,
        options,
        model=model,
        engine=engine,
        detector=detector,
    ) as runner:
        job = _Job(runner, inputs, partial(make_writer, form, images=images), show, has_one_file)
        with show_bar("Reading", len(inputs.files), has_long_lines=form not in ("text", "json")) as advance:
            job.run(advance)
    if job.has_failed:
        context.exit(1)


class _Job:
    """Reads the pictures, writes their readings in order, and records whether one failed."""

    def __init__(
        self,
        runner: "Pool | InProcess",
        inputs: PictureFiles,
        make_writer: Callable[..., Writer],
        show: Path | None,
        has_one_file: bool,
    ) -> None:
        self._runner, self._inputs, self._make_writer, self._show = runner, inputs, make_writer, show
        self._has_one_file = has_one_file
        self._submitted: deque[NamedPicture] = deque()
        self._writer: Writer | None = None
        self._n_shown = 0
        self.has_failed = False

    def run(self, advance: Callable[[], None]) -> None:
        """Read all pictures; call ``advance`` after each file."""
        for outcome in self._runner.run_all(self._make_tasks()):
            named = self._submitted.popleft()
            self._write(named, outcome)
            if named.is_last:
                advance()
        self._output(self._has_one_file).finish()

    def _make_tasks(self) -> "Iterator[Task[Any] | PictureFailure]":
        from inkdigits.workers.tasks import make_counting_task, make_drawing_task, make_reading_task

        def count_pages(document: Path | bytes, name: str) -> int:
            return self._runner.run(make_counting_task(document, name))

        for named in self._inputs.list_pictures(count_pages):
            self._submitted.append(named)
            if isinstance(named.source, (PictureError, MissingExtraError)):
                yield named.source
            elif self._show is not None:
                yield make_drawing_task(named.source, self._show.suffix)
            else:
                yield make_reading_task(named.source)

    def _write(self, named: NamedPicture, outcome: Any) -> None:
        """Write the reading of a picture, and its drawing, or report its error."""
        writer = self._output(alone=self._has_one_file and not named.is_page)
        if isinstance(outcome, Exception):
            self.has_failed = True
            message = " ".join(str(outcome).split())
            click.echo(f"inkdigits: {message}", err=True)
            writer.write_failure(named.name, message)
        elif self._show is None:
            writer.write_reading(named.name, outcome)
        else:
            reading, drawing = outcome
            writer.write_reading(named.name, reading)
            self._n_shown += 1
            write_bytes(self._drawing_path(named), drawing)

    def _drawing_path(self, named: NamedPicture) -> Path:
        assert self._show is not None
        if self._has_one_file and not named.is_page:
            return self._show
        return self._show.with_stem(f"{self._show.stem}-{self._n_shown}")

    def _output(self, alone: bool) -> Writer:
        if self._writer is None:  # whether the file has several pages is known only at its first picture
            self._writer = self._make_writer(alone=alone)
        return self._writer
