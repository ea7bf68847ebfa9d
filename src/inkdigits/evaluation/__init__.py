"""Figures of any recogniser on labelled digit images, with NumPy alone."""

from inkdigits.evaluation.calibration import ReliabilityBins, expected_calibration_error, reliability
from inkdigits.evaluation.figures import Evaluation, Mistake, WithoutLabelErrors
from inkdigits.evaluation.metrics import evaluate, evaluate_scores
from inkdigits.evaluation.per_class import ClassFigures
from inkdigits.evaluation.statistics import Summary, summarise, wilson_interval

__all__ = [
    "ClassFigures",
    "Evaluation",
    "Mistake",
    "ReliabilityBins",
    "Summary",
    "WithoutLabelErrors",
    "evaluate",
    "evaluate_scores",
    "expected_calibration_error",
    "reliability",
    "summarise",
    "wilson_interval",
]
