"""``inkdigits read``: read pictures."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from inkdigits.recognition.reader import Reader
    from inkdigits.recognition.reading import Reading


@click.command(name="read")
@click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True)
@click.option("--model", metavar="NAME|FILE", help="A shipped model, or an .onnx file.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
@click.pass_context
def command(context: click.Context, pictures: tuple[str, ...], model: str | None, form: str) -> None:
    """Read the digits in pictures; "-" is the standard input.

    A digit that is refused is written as "?", a blank one as "_". A picture that cannot be read is
    named on the standard error, the others are read all the same, and the exit status is 1.
    """
    from inkdigits.errors import PictureError
    from inkdigits.recognition.reader import Reader

    reader = Reader(model)
    answers: list[dict[str, Any]] = []
    failed = False
    for picture in pictures:
        try:
            reading = _read(reader, picture)
        except PictureError as error:
            failed = True
            click.echo(f"Error: {error}", err=True)
            continue
        if form == "text":
            click.echo(reading.text if len(pictures) == 1 else f"{picture}\t{reading.text}")
        else:
            answers.append({"picture": picture, **reading.to_json()})
    if form == "json":
        import json

        click.echo(json.dumps(answers, indent=2, ensure_ascii=False))
    if failed:
        context.exit(1)


def _read(reader: "Reader", picture: str) -> "Reading":
    if picture == "-":
        from inkdigits.pictures.decode import MAX_BYTES

        return reader.read(sys.stdin.buffer.read(MAX_BYTES + 1))
    return reader.read(Path(picture))
