from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from inkdigits.evaluation.per_class import (
    average_classes,
    classification_report,
    compute_class_metrics,
    confusion_matrix,
)

PAIRS = st.integers(1, 80).flatmap(lambda n: hnp.arrays(np.int64, (2, n), elements=st.integers(0, 9)))
EVERY_DIGIT = list(range(10))


@given(PAIRS)
def test_everything_agrees_with_scikit_learn(pairs: np.ndarray) -> None:
    labels, predicted = pairs
    matrix = confusion_matrix(labels, predicted)
    np.testing.assert_array_equal(matrix, metrics.confusion_matrix(labels, predicted, labels=EVERY_DIGIT))
    classes = compute_class_metrics(matrix)
    expected = metrics.classification_report(
        labels, predicted, labels=EVERY_DIGIT, zero_division=0, output_dict=True
    )
    found = {str(label): figures for label, figures in enumerate(classes)}
    found["macro avg"] = average_classes(classes, weighted=False)
    found["weighted avg"] = average_classes(classes, weighted=True)
    for name, figures in found.items():
        assert figures.precision == pytest.approx(expected[name]["precision"])
        assert figures.recall == pytest.approx(expected[name]["recall"])
        assert figures.f1 == pytest.approx(expected[name]["f1-score"])
        assert figures.support == expected[name]["support"]


@pytest.mark.parametrize("n", [37, 20_000])
@pytest.mark.parametrize("digits", [2, 4])
def test_text_is_scikit_learns_to_the_letter(n: int, digits: int) -> None:
    random = np.random.default_rng(n)
    labels = random.integers(0, 10, n)
    predicted = np.where(random.uniform(size=len(labels)) < 0.9, labels, random.integers(0, 10, len(labels)))
    classes = compute_class_metrics(confusion_matrix(labels, predicted))
    text = classification_report(classes, float((labels == predicted).mean()), digits)
    assert text == metrics.classification_report(
        labels, predicted, labels=EVERY_DIGIT, zero_division=0, digits=digits
    )


def test_a_class_that_is_never_there_and_never_predicted_has_noughts() -> None:
    classes = compute_class_metrics(confusion_matrix(np.array([1, 1]), np.array([1, 2])))
    assert average_classes(classes, weighted=False).recall == pytest.approx(0.05)  # over all ten
    assert average_classes(classes, weighted=True).recall == pytest.approx(0.5)
    assert asdict(classes[0]) == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert asdict(classes[2]) == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert asdict(classes[1]) == {"precision": 1, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2}
