"""Evaluation: metrics of any recogniser on labelled digit images, computed with NumPy only."""

from inkdigits.evaluation.calibration import ReliabilityBins, expected_calibration_error, reliability
from inkdigits.evaluation.comparisons import (
    Comparison,
    ModelComparison,
    compare_models,
    compare_pairs,
    mcnemar_p_value,
)
from inkdigits.evaluation.metrics import evaluate, evaluate_scores
from inkdigits.evaluation.per_class import ClassMetrics
from inkdigits.evaluation.result import Evaluation, Mistake, WithoutLabelErrors
from inkdigits.evaluation.statistics import Summary, bootstrap_interval, summarise, wilson_interval

__all__ = [
    "ClassMetrics",
    "Comparison",
    "Evaluation",
    "Mistake",
    "ModelComparison",
    "ReliabilityBins",
    "Summary",
    "WithoutLabelErrors",
    "bootstrap_interval",
    "compare_models",
    "compare_pairs",
    "evaluate",
    "evaluate_scores",
    "expected_calibration_error",
    "mcnemar_p_value",
    "reliability",
    "summarise",
    "wilson_interval",
]
