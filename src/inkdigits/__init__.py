"""Handwritten digit recognition: training, evaluation and export of networks, and reading of users' own pictures.

>>> import inkdigits
>>> inkdigits.read("samples/seven.png").text  # doctest: +SKIP
'7'

Names are imported lazily, when they are first used, so ``import inkdigits`` is fast. Only the names of training need
the extra ``train``.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inkdigits.contract import Recogniser as Recogniser
    from inkdigits.contract import Scores as Scores
    from inkdigits.data.labelled import LabelledImages as LabelledImages
    from inkdigits.data.labelled import LabelledPictures as LabelledPictures
    from inkdigits.data.labelled import load_labelled as load_labelled
    from inkdigits.data.mnist import KNOWN_LABEL_ERRORS as KNOWN_LABEL_ERRORS
    from inkdigits.data.mnist import Mnist as Mnist
    from inkdigits.data.mnist import load_mnist as load_mnist
    from inkdigits.errors import InkdigitsError as InkdigitsError
    from inkdigits.evaluation.metrics import evaluate as evaluate
    from inkdigits.evaluation.result import Evaluation as Evaluation
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser as OnnxRecogniser
    from inkdigits.recognition.engines.registry import load_recogniser as load_recogniser
    from inkdigits.recognition.engines.registry import shipped_models as shipped_models
    from inkdigits.recognition.normalise_dataset import as_digit_images as as_digit_images
    from inkdigits.recognition.reader import Reader as Reader
    from inkdigits.recognition.reader import read as read
    from inkdigits.recognition.reading import Digit as Digit
    from inkdigits.recognition.reading import Number as Number
    from inkdigits.recognition.reading import Reading as Reading
    from inkdigits.reporting import write_report as write_report
    from inkdigits.training.recipes import RECIPES as RECIPES
    from inkdigits.training.recipes import Recipe as Recipe
    from inkdigits.training.train import TrainedRun as TrainedRun
    from inkdigits.training.train import train as train
    from inkdigits.workers.limits import Limits as Limits
    from inkdigits.workers.pool import Pool as Pool

__version__ = "0.1.0"

_MODULES = {
    "KNOWN_LABEL_ERRORS": "data.mnist",
    "RECIPES": "training.recipes",
    "Digit": "recognition.reading",
    "Evaluation": "evaluation.result",
    "InkdigitsError": "errors",
    "LabelledImages": "data.labelled",
    "LabelledPictures": "data.labelled",
    "Limits": "workers.limits",
    "Mnist": "data.mnist",
    "Number": "recognition.reading",
    "OnnxRecogniser": "recognition.engines.onnx_runtime",
    "Pool": "workers.pool",
    "Reader": "recognition.reader",
    "Reading": "recognition.reading",
    "Recipe": "training.recipes",
    "Recogniser": "contract",
    "Scores": "contract",
    "TrainedRun": "training.train",
    "as_digit_images": "recognition.normalise_dataset",
    "evaluate": "evaluation.metrics",
    "load_labelled": "data.labelled",
    "load_mnist": "data.mnist",
    "load_recogniser": "recognition.engines.registry",
    "read": "recognition.reader",
    "shipped_models": "recognition.engines.registry",
    "train": "training.train",
    "write_report": "reporting",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'inkdigits' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"inkdigits.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
