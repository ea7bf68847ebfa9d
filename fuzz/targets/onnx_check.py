"""The check of ONNX files from strangers, which reads them before an engine does."""

from fuzz.targets import model
from fuzz.targets.target import Target
from inkdigits.errors import ModelError
from inkdigits.recognition.detection.detector import DETECTOR
from inkdigits.recognition.model_files.check import check_model
from inkdigits.recognition.model_files.kinds import CLASSIFIER


def run(data: bytes) -> None:
    """Check a file as a classifier, or as a detector if its first byte is ``d``."""
    graph = check_model(data[1:], "fuzzed", DETECTOR if data[:1] == b"d" else CLASSIFIER)
    assert graph.nodes


def make_seeds() -> list[bytes]:
    """Make classifiers, checked as a classifier and as a detector."""
    return [kind + each for each in model.make_seeds() for kind in (b"c", b"d")]


TARGET = Target(run, make_seeds, refusals=(ModelError,), tokens=model.TARGET.tokens)
