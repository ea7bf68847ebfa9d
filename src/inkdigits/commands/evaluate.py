"""``inkdigits evaluate``: evaluate a model on labelled digits."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from inkdigits.choices import ENGINES, LAYOUTS
from inkdigits.commands.arguments.datasets import check_source
from inkdigits.commands.arguments.reading import make_reading_options
from inkdigits.commands.arguments.workers import jobs_option, open_runner, timeout_option
from inkdigits.commands.console.progress import show_progress
from inkdigits.commands.formats.evaluation import (
    format_comparison,
    format_digits,
    format_readings,
    format_robustness,
)
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.data import LabelledImages, LabelledPictures
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.recognition.engines.openvino import OpenVinoRecogniser


@click.command(name="evaluate", short_help="Evaluate a model on labelled digits.")
@click.option(
    "--model",
    default=None,
    metavar="NAME|FILE",
    help="A shipped model or an .onnx file.  [default: accurate]",
)
@click.option(
    "--detector", metavar="FILE", help="Detector trained by train-numbers.  [default: the shipped one]"
)
@click.option(
    "--data",
    default="mnist",
    show_default=True,
    metavar="SOURCE",
    help="Test data: mnist (its 10,000 test images), or your own labelled digits as FILE.npz, FILE.csv or a folder.",
)
@click.option(
    "--normalise",
    is_flag=True,
    help="Read images of 28x28 pixels as pictures too, in place of passing them to the network unchanged.",
)
@click.option(
    "--layout", type=click.Choice(LAYOUTS), default="auto", show_default=True, help='As in "inkdigits read".'
)
@click.option("--length", type=click.IntRange(min=1), metavar="N", help='As in "inkdigits read".')
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="Inference engine; auto selects the fastest installed engine that gives the same results.",
)
@click.option(
    "--against",
    metavar="NAME|FILE",
    help="Compare with another model on the same images of 28x28 pixels, by McNemar's exact test.",
)
@click.option(
    "--corruptions",
    is_flag=True,
    help="Also report the accuracy under each of 15 image corruptions (noise, blur, fog, shear and others, in the "
    "manner of MNIST-C). Needs images of 28x28 pixels.",
)
@jobs_option
@timeout_option
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
    corruptions: bool,
    jobs: int | None,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Evaluate a model on labelled digits.

    Images of 28x28 pixels go to the network unchanged; other pictures are read as by "inkdigits read". For labels of
    several digits the accuracy of whole numbers is also reported. For pages (a column "layout" with the value "page",
    labels such as "12 7|305" for two lines) the F1 score of the numbers and the accuracy of the layout are reported.
    A picture that cannot be read is reported on stderr and skipped; the exit status is then 1.
    """
    from inkdigits.data import LabelledImages, load_labelled, load_mnist
    from inkdigits.recognition.engines.registry import load_recogniser

    recogniser = load_recogniser(model, engine=engine)
    other = None if against is None else load_recogniser(against, engine=engine)
    failures: list[Exception] = []
    with show_progress() as progress:
        if data == "mnist":
            labelled: LabelledImages | LabelledPictures = load_mnist(progress=progress).test
        else:
            labelled = load_labelled(check_source(data))
        if isinstance(labelled, LabelledImages) and _are_digit_images(labelled) and not normalise:
            from inkdigits.data import KNOWN_LABEL_ERRORS
            from inkdigits.evaluation import evaluate

            recogniser = _select_engine(recogniser, labelled, engine, corruptions)
            evaluation = evaluate(
                recogniser,
                labelled,
                model_name=recogniser.card.name,
                threshold=recogniser.card.threshold,
                is_digit_threshold=recogniser.card.is_digit_threshold,
                label_errors=KNOWN_LABEL_ERRORS if data == "mnist" else (),
                progress=progress,
            )
            answer, text = evaluation.to_json(), format_digits(evaluation)
            answer["engine"] = recogniser.engine
            answer["against"] = answer["corruptions"] = None
            text += f"\nEngine     {recogniser.engine}"
            if other is not None:
                from inkdigits.evaluation import compare_models

                comparison = compare_models(recogniser, other, labelled, other.card.name)
                answer["against"] = asdict(comparison)
                text += f"\n{format_comparison(comparison)}"
            if corruptions:
                from inkdigits.evaluation.robustness import measure_robustness

                robustness = measure_robustness(
                    recogniser,
                    labelled.images,
                    labelled.labels,
                    clean=evaluation.accuracy,
                    progress=progress,
                )
                answer["corruptions"] = robustness.to_json()
                text += f"\n\n{format_robustness(robustness)}"
        else:
            for option, is_given in (("--against", other is not None), ("--corruptions", corruptions)):
                if is_given:
                    raise UsageError(
                        f"{option} needs digit images of 28x28 pixels, but {data} is read as pictures; give mnist or a "
                        "FILE.npz of such images, without --normalise"
                    )
            from inkdigits.evaluation.readings import evaluate_reading

            with open_runner(
                len(labelled),
                jobs,
                timeout,
                make_reading_options(layout, length),
                model=model,
                engine=engine,
                detector=detector,
            ) as runner:
                readings = evaluate_reading(
                    runner, labelled, card=recogniser.card, on_failure=failures.append, progress=progress
                )
            answer = {
                **readings.to_json(),
                "engine": recogniser.engine,
                "against": None,
                "corruptions": None,
            }
            text = f"{format_readings(readings)}\nEngine     {recogniser.engine}"
    for error in failures:
        click.echo(f"inkdigits: {' '.join(str(error).split())}", err=True)
    click.echo(json.dumps(answer, indent=2) if as_json else text)
    if failures:
        context.exit(1)


def _are_digit_images(labelled: "LabelledImages") -> bool:
    """Return whether the images have the size of digit images, 28x28 pixels."""
    from inkdigits.contract import SIDE

    return labelled.images.shape[1:] == (SIDE, SIDE)


def _select_engine(
    recogniser: "OnnxRecogniser | OpenVinoRecogniser",
    labelled: "LabelledImages",
    engine: str,
    corruptions: bool,
) -> "OnnxRecogniser | OpenVinoRecogniser":
    """Return the recogniser on the fastest engine if the engine is ``auto``, else the recogniser itself."""
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser

    if engine != "auto" or not isinstance(recogniser, OnnxRecogniser):
        return recogniser
    from inkdigits.evaluation.corruptions import CORRUPTIONS
    from inkdigits.recognition.engines.selection import select_recogniser

    n_passes = 1 + len(CORRUPTIONS) if corruptions else 1
    return select_recogniser(recogniser, labelled.images, n_passes)
