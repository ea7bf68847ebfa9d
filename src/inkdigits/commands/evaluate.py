"""``inkdigits evaluate``: how good a model is on labelled digits."""

import json
from typing import TYPE_CHECKING, Any

import click

from inkdigits.choices import ENGINES, LAYOUTS
from inkdigits.commands.arguments.datasets import own_source
from inkdigits.commands.arguments.reading import reading_options
from inkdigits.commands.console.progress import shown_progress
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.contract import Recogniser
    from inkdigits.data import LabelledImages
    from inkdigits.evaluation import Evaluation
    from inkdigits.evaluation.readings import ReadingEvaluation
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.recognition.engines.openvino import OpenVinoRecogniser


@click.command(name="evaluate")
@click.option(
    "--model", default=None, metavar="NAME|FILE", help="A shipped model or an .onnx file.  [default: best]"
)
@click.option(
    "--detector", metavar="FILE", help="A detector that  train-numbers  wrote.  [default: the shipped one]"
)
@click.option(
    "--data",
    default="mnist",
    show_default=True,
    metavar="SOURCE",
    help="mnist (its 10,000 test images), or your own labelled digits: FILE.npz, FILE.csv or a folder.",
)
@click.option(
    "--normalise",
    is_flag=True,
    help="Read 28x28 images as pictures, too, and not as the network takes them.",
)
@click.option(
    "--layout", type=click.Choice(LAYOUTS), default="auto", show_default=True, help="As in  inkdigits read."
)
@click.option("--length", type=click.IntRange(min=1), metavar="N", help="As in  inkdigits read.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What computes; auto is the fastest installed one for so many images whose answers agree.",
)
@click.option(
    "--against",
    metavar="NAME|FILE",
    help="Another model on the same digit images: is the difference more than chance? (McNemar's exact test)",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(
    context: click.Context,
    model: str | None,
    detector: str | None,
    data: str,
    normalise: bool,
    layout: str,
    length: int | None,
    engine: str,
    against: str | None,
    as_json: bool,
) -> None:
    """Measure a model on labelled digits.

    Pictures are read as  inkdigits read  reads them. Of labels with several digits the share of
    whole numbers is reported; of pages (a column "layout" with "page", labels as "12 7|305" for two
    lines) how many of their numbers are right, and whether these stand in the right lines. A picture
    that cannot be read is named on the standard error and left out, and the exit status is 1.
    """
    from inkdigits.contract import SIDE
    from inkdigits.data import KNOWN_LABEL_ERRORS, LabelledImages, load_labelled, load_mnist
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.recognition.engines.registry import load_recogniser

    recogniser = load_recogniser(model, engine=engine)
    other = None if against is None else load_recogniser(against, engine=engine)
    failures: list[Exception] = []
    comparison: dict[str, Any] | None = None
    evaluation: Evaluation | ReadingEvaluation
    with shown_progress() as progress:
        labelled = load_mnist(progress=progress).test if data == "mnist" else load_labelled(own_source(data))
        if (
            isinstance(labelled, LabelledImages)
            and labelled.images.shape[1:] == (SIDE, SIDE)
            and not normalise
        ):
            from inkdigits.evaluation import evaluate

            if engine == "auto" and isinstance(recogniser, OnnxRecogniser):
                from inkdigits.recognition.engines.selection import select_recogniser

                recogniser = select_recogniser(recogniser, labelled.images)
            evaluation = evaluate(
                recogniser,
                labelled,
                model_name=recogniser.card.name,
                threshold=recogniser.card.threshold,
                is_digit_threshold=recogniser.card.is_digit_threshold,
                label_errors=KNOWN_LABEL_ERRORS if data == "mnist" else (),
                progress=progress,
            )
            if other is not None:
                comparison = _compare(recogniser, other, labelled)
        elif other is not None:
            raise UsageError("--against takes digit images of 28x28, and these are read as pictures")
        else:
            from inkdigits.evaluation.readings import evaluate_reading
            from inkdigits.recognition.reader import Reader

            evaluation = evaluate_reading(
                Reader(model, engine=engine, detector=detector),
                labelled,
                model_name=recogniser.card.name,
                on_failure=failures.append,
                progress=progress,
                **reading_options(layout, length),
            )
    for error in failures:
        click.echo(f"inkdigits: {' '.join(str(error).split())}", err=True)
    if as_json:
        answer = {**evaluation.to_json(), "engine": recogniser.engine, "against": comparison}
        click.echo(json.dumps(answer, indent=2))
    else:
        click.echo(f"{_as_text(evaluation)}\nEngine     {recogniser.engine}")
        if comparison is not None:
            click.echo(
                f"Against    {comparison['model']}: it alone is right on {comparison['n_other_only']:,} images, this "
                f"one alone on {comparison['n_this_only']:,}; p = {comparison['p_value']:.4f}"
            )
    if failures:
        context.exit(1)


def _compare(
    this: "Recogniser", other: "OnnxRecogniser | OpenVinoRecogniser", labelled: "LabelledImages"
) -> dict[str, Any]:
    """Count the images that one of two models alone reads right."""
    from inkdigits.evaluation import mcnemar_p_value

    right, others_right = (each.score(labelled.images).labels == labelled.labels for each in (this, other))
    n_this, n_other = int((right & ~others_right).sum()), int((others_right & ~right).sum())
    return {
        "model": other.card.name,
        "n_this_only": n_this,
        "n_other_only": n_other,
        "p_value": mcnemar_p_value(n_this, n_other),
    }


def _as_text(evaluation: "Evaluation | ReadingEvaluation") -> str:
    from inkdigits.evaluation.readings import ReadingEvaluation

    if not isinstance(evaluation, ReadingEvaluation):
        return _digits_as_text(evaluation)
    text, numbers = _digits_as_text(evaluation.digits), evaluation.numbers
    if numbers is not None:
        low, high = numbers.number_accuracy_interval
        text += (
            f"\nNumbers    {numbers.number_accuracy:.2%} of {numbers.n_numbers:,} right "
            f"(95% interval {low:.2%} to {high:.2%})"
            f"\n           {numbers.coverage:.2%} accepted, of which wrong {_percent(numbers.accepted_error)}"
        )
    if (pages := evaluation.pages) is not None:
        text += (
            f"\nPages      {pages.numbers_f1:.2%} of the numbers right (F1; {pages.n_numbers:,} on "
            f"{pages.n_pages:,} pages), {pages.layout_accuracy:.2%} of the pages with the right lines"
        )
    if evaluation.n_unreadable:
        text += f"\nLeft out   {evaluation.n_unreadable:,} files that cannot be read"
    return text


def _digits_as_text(evaluation: "Evaluation") -> str:
    low, high = evaluation.accuracy_interval
    lines = [
        evaluation.classification_report(),
        f"Model      {evaluation.model} on {evaluation.n:,} digits of {evaluation.data}",
        f"Accuracy   {evaluation.accuracy:.2%} (95% interval {low:.2%} to {high:.2%}), "
        f"{evaluation.n_errors} errors",
        f"Loss       {evaluation.loss:.4f}",
        f"ECE        {evaluation.ece:.2%} (expected calibration error)",
        f"Accepted   {evaluation.coverage:.2%}, of which wrong {_percent(evaluation.accepted_error)}",
    ]
    if (without := evaluation.without_label_errors) is not None:
        lines.append(f"Without {evaluation.n - without.n} known label errors: {without.accuracy:.2%}")
    return "\n".join(lines)


def _percent(share: float | None) -> Any:
    return "-" if share is None else f"{share:.2%}"
