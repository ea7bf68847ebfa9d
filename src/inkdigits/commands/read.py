"""``inkdigits read``: read the digits in pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inkdigits.choices import ENGINES, INKS, LAYOUTS, PICTURE_SUFFIXES
from inkdigits.commands.arguments.inputs import NamedPicture, list_files, open_pictures, printable_name
from inkdigits.commands.arguments.reading import DigitSet, make_reading_options
from inkdigits.commands.console.bar import show_bar
from inkdigits.commands.formats.reading import FORMATS, Writer, make_writer
from inkdigits.errors import MissingExtraError, PictureError, UsageError

if TYPE_CHECKING:
    from inkdigits.recognition.reader import Reader


@click.command(name="read")
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
    default="any",
    show_default=True,
    help="Which digits to read: handwritten skips the print of a form, printed skips the handwriting.",
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
    "--show",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Draw the detected digits and the network's input images; several pictures give FILE-1.png and so on.",
)
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
    show: Path | None,
) -> None:
    """Read the digits in pictures: files, folders, or pages of PDF files. "-" reads from stdin.

    A rejected digit is printed as "?", a blank box as "_". A picture that cannot be read is reported on stderr and
    skipped; the exit status is then 1.
    """
    from inkdigits.recognition.reader import Reader

    if show is not None and show.suffix.lower() not in PICTURE_SUFFIXES:
        raise UsageError(
            f"--show needs the suffix of a picture, such as .png, but got {show.suffix or 'none'}"
        )
    # One thread: starting more threads takes 12 ms, which pays off only for hundreds of digits.
    reader = Reader(model, n_threads=1, engine=engine, detector=detector)
    options = make_reading_options(layout, length, roster, digits, expect, ink)
    files = list_files(pictures)
    job = _Job(reader, options, form, show, is_one=files == list(pictures) and len(files) == 1)
    with show_bar("Reading", len(files), has_long_lines=form not in ("text", "json")) as advance:
        for file in files:
            job.read(file)
            advance()
    job.finish()
    if job.has_failed:
        context.exit(1)


class _Job:
    """Reads the files one by one, and records whether a file failed."""

    def __init__(
        self, reader: "Reader", options: dict[str, Any], form: str, show: Path | None, is_one: bool
    ) -> None:
        self._reader, self._options, self._form, self._show = reader, options, form, show
        self._is_one = is_one
        self._writer: Writer | None = None
        self._n_shown = 0
        self.has_failed = False

    def read(self, file: str) -> None:
        """Read one file, and write the reading of each picture in it."""
        name = printable_name(file)
        try:
            for named in open_pictures(file):
                name = named.name
                self._read_picture(named)
        except (PictureError, MissingExtraError) as error:
            self._fail(name, error)

    def _read_picture(self, named: NamedPicture) -> None:
        writer = self._output(alone=self._is_one and not named.is_page)
        if isinstance(named.source, PictureError):
            self._fail(named.name, named.source)
            return
        try:
            reading = self._reader.read(named.source, **self._options)
        except (PictureError, MissingExtraError) as error:
            self._fail(named.name, error)
            return
        writer.write_reading(named.name, reading)
        if self._show is not None:
            from inkdigits.pictures.io.decode import decode
            from inkdigits.recognition.annotation import write_annotation

            self._n_shown += 1
            write_annotation(decode(named.source), reading, self._drawing_path(named))

    def finish(self) -> None:
        """Finish the output."""
        self._output(self._is_one).finish()

    def _drawing_path(self, named: NamedPicture) -> Path:
        assert self._show is not None
        if self._is_one and not named.is_page:
            return self._show
        return self._show.with_stem(f"{self._show.stem}-{self._n_shown}")

    def _fail(self, picture: str, error: Exception) -> None:
        self.has_failed = True
        message = " ".join(str(error).split())
        click.echo(f"inkdigits: {message}", err=True)
        self._output(self._is_one).write_failure(picture, message)

    def _output(self, alone: bool) -> Writer:
        if self._writer is None:  # whether the file has several pages is known only at its first picture
            self._writer = make_writer(self._form, alone)
        return self._writer
