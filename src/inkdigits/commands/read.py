"""``inkdigits read``: read pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inkdigits.choices import ENGINES, INKS, LAYOUTS
from inkdigits.commands.arguments.inputs import Named, files_of, pictures_in, shown
from inkdigits.commands.arguments.reading import DigitSet, reading_options
from inkdigits.commands.console.bar import bar
from inkdigits.commands.formats.reading import FORMATS, Writer, writer
from inkdigits.errors import MissingExtraError, PictureError

if TYPE_CHECKING:
    from inkdigits.recognition.reader import Reader


@click.command(name="read")
@click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="auto",
    show_default=True,
    help="How the digits stand: one, a line, one a box, or lines on a page.",
)
@click.option("--length", type=click.IntRange(min=1), metavar="N", help="Digits that every number has.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The numbers that can be there, one a line or in a CSV.",
)
@click.option("--digits", type=DigitSet(), metavar="LIST", help="The digits that can occur, as 1-9 or 0,5.")
@click.option(
    "--ink",
    type=click.Choice(INKS),
    default="any",
    show_default=True,
    help="Which digits are wanted: a filled-in form without its print, or the print alone.",
)
@click.option("--expect", metavar="NUMBER", help="A number; says how probable it is that it stands there.")
@click.option("--model", metavar="NAME|FILE", help="A shipped model or an .onnx file.  [default: best]")
@click.option(
    "--detector", metavar="FILE", help="A detector that  train-numbers  wrote.  [default: the shipped one]"
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What computes the model; auto is onnxruntime, which loads in no time.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Output."
)
@click.option(
    "--show",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Draw what was found and what the network saw of it; of several pictures FILE-1.png and so on.",
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
    """Read the digits in pictures: files, folders, pages of PDFs; "-" is the standard input.

    A digit that is refused is written as "?", a blank one as "_". A picture that cannot be read is
    named on the standard error, the others are read all the same, and the exit status is 1.
    """
    from inkdigits.recognition.reader import Reader

    # One thread: starting more takes 12 ms, which these networks earn back only on hundreds of digits.
    reader = Reader(model, n_threads=1, engine=engine, detector=detector)
    options = reading_options(layout, length, roster, digits, expect, ink)
    files = files_of(pictures)
    job = _Job(reader, options, form, show, is_one=files == list(pictures) and len(files) == 1)
    with bar("Reading", len(files), has_long_lines=form not in ("text", "json")) as advance:
        for file in files:
            job.read(file)
            advance()
    job.finish()
    if job.has_failed:
        context.exit(1)


class _Job:
    """Reads file after file, and remembers whether one failed."""

    def __init__(
        self, reader: "Reader", options: dict[str, Any], form: str, show: Path | None, is_one: bool
    ) -> None:
        self._reader, self._options, self._form, self._show = reader, options, form, show
        self._is_one = is_one
        self._writer: Writer | None = None
        self._n_shown = 0
        self.has_failed = False

    def read(self, file: str) -> None:
        """Read one file, and write the result of each of its pictures."""
        name = shown(file)
        try:
            for named in pictures_in(file):
                name = named.name
                self._read_picture(named)
        except (PictureError, MissingExtraError) as error:
            self._fail(name, error)

    def _read_picture(self, named: Named) -> None:
        writer = self._output(alone=self._is_one and not named.is_page)
        if isinstance(named.source, PictureError):
            self._fail(named.name, named.source)
            return
        try:
            reading = self._reader.read(named.source, **self._options)
        except (PictureError, MissingExtraError) as error:
            self._fail(named.name, error)
            return
        writer.reading(named.name, reading)
        if self._show is not None:
            from inkdigits.pictures.io.decode import decode
            from inkdigits.recognition.annotation import write_annotation

            self._n_shown += 1
            write_annotation(decode(named.source), reading, self._place(named))

    def finish(self) -> None:
        """Write what is left to write."""
        self._output(self._is_one).finish()

    def _place(self, named: Named) -> Path:
        assert self._show is not None
        if self._is_one and not named.is_page:
            return self._show
        return self._show.with_stem(f"{self._show.stem}-{self._n_shown}")

    def _fail(self, picture: str, error: Exception) -> None:
        self.has_failed = True
        message = " ".join(str(error).split())
        click.echo(f"inkdigits: {message}", err=True)
        self._output(self._is_one).failure(picture, message)

    def _output(self, alone: bool) -> Writer:
        if self._writer is None:  # only the first picture tells whether it is a page of several
            self._writer = writer(self._form, alone)
        return self._writer
