import json

import numpy as np
import pytest
from sklearn import metrics

from inkdigits.contract import Recogniser, Scores
from inkdigits.data import LabelledImages
from inkdigits.errors import DataError, ModelError
from inkdigits.evaluation import Evaluation, evaluate, evaluate_scores
from inkdigits.evaluation.metrics import score_in_batches

SCHEMA = [
    "model", "data", "n", "n_errors", "accuracy", "accuracy_interval", "loss", "ece", "threshold",
    "is_digit_threshold", "coverage", "accepted_error", "confusion_matrix", "per_class", "macro_average",
    "weighted_average", "mistakes", "without_label_errors",
]  # fmt: skip


class FirstPixels:
    """A recogniser that reads its probabilities off an image's first ten pixels, and how it was called."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def score(self, images: np.ndarray) -> Scores:
        self.batches.append(len(images))
        weights = images[:, 0, :10].astype(np.float32) + 1e-3
        return Scores(weights / weights.sum(axis=1, keepdims=True), images[:, 1, 0] / np.float32(255))


@pytest.fixture
def data() -> LabelledImages:
    random = np.random.default_rng(11)
    labels = random.integers(0, 10, 700)
    images = random.integers(0, 120, (700, 28, 28)).astype(np.uint8)
    images[np.arange(700), 0, labels] += 70
    return LabelledImages(images, labels, "drawn")


def scores_of(rows: list[dict[int, float]], is_digit: list[float] | None = None) -> Scores:
    probabilities = np.zeros((len(rows), 10), np.float32)
    for row, values in zip(probabilities, rows, strict=True):
        for label, probability in values.items():
            row[label] = probability
    return Scores(probabilities, np.array(is_digit or [1] * len(rows), np.float32))


def measured(scores: Scores, labels: object, **settings: object) -> Evaluation:
    return evaluate_scores(scores, np.asarray(labels), model_name="m", data_name="d", **settings)


def test_agrees_with_scikit_learn(data: LabelledImages) -> None:
    recogniser = FirstPixels()
    assert isinstance(recogniser, Recogniser)
    probabilities = recogniser.score(data.images).probabilities
    predicted = probabilities.argmax(axis=1)
    found = evaluate(recogniser, data, model_name="first pixels")
    assert 0.2 < found.accuracy < 0.99
    assert found.accuracy == metrics.accuracy_score(data.labels, predicted)
    assert found.n_errors == np.sum(predicted != data.labels)
    assert found.loss == pytest.approx(metrics.log_loss(data.labels, probabilities), rel=1e-5)
    np.testing.assert_array_equal(found.confusion_matrix, metrics.confusion_matrix(data.labels, predicted))
    assert found.classification_report() == metrics.classification_report(data.labels, predicted, digits=4)
    assert (found.model, found.data, found.n) == ("first pixels", "drawn", 700)


@pytest.mark.parametrize("batch_size", [1, 64, 700, 5000])
def test_batches_change_nothing(data: LabelledImages, batch_size: int) -> None:
    recogniser = FirstPixels()
    told: list[tuple[int, int]] = []
    found = evaluate(
        recogniser,
        data,
        model_name="m",
        batch_size=batch_size,
        progress=lambda _, done, total: told.append((done, total)),
    )
    assert found.to_json() == evaluate(FirstPixels(), data, model_name="m").to_json()
    assert sum(recogniser.batches) == 700
    assert max(recogniser.batches) == min(batch_size, 700)
    assert told[0] == (0, 700)
    assert told[-1] == (700, 700)


def test_json_keeps_its_schema_and_is_json(data: LabelledImages) -> None:
    stored = evaluate(FirstPixels(), data, model_name="m", label_errors=(3, 5)).to_json()
    assert list(stored) == SCHEMA
    assert json.loads(json.dumps(stored, allow_nan=False)) == stored
    assert [row["label"] for row in stored["per_class"]] == list(range(10))
    assert list(stored["per_class"][0]) == ["label", "precision", "recall", "f1", "support"]
    assert list(stored["mistakes"][0]) == ["index", "label", "predicted", "confidence"]
    assert list(stored["without_label_errors"]) == ["n", "n_errors", "accuracy", "accuracy_interval", "loss"]


def test_mistakes_come_most_confident_first_and_in_order_when_equal() -> None:
    rows = [{1: 0.6, 0: 0.4}, {0: 1.0}, {2: 0.9, 0: 0.1}, {3: 0.6, 0: 0.4}]
    found = measured(scores_of(rows), [0, 0, 0, 0])
    assert [(m.index, m.predicted) for m in found.mistakes] == [(2, 2), (0, 1), (3, 3)]
    assert found.mistakes[0].confidence == pytest.approx(0.9)
    assert found.n_errors == 3


def test_at_most_a_hundred_mistakes_are_named() -> None:
    found = measured(scores_of([{1: 1.0}] * 150), [0] * 150)
    assert len(found.mistakes) == 100
    assert found.n_errors == 150


def test_coverage_and_the_error_of_what_is_accepted() -> None:
    rows = [{1: 0.9, 0: 0.1}, {1: 0.9, 0: 0.1}, {1: 0.6, 0: 0.4}, {1: 0.5, 0: 0.5}]
    scores = scores_of(rows, is_digit=[1.0, 0.2, 1.0, 1.0])
    labels = [1, 1, 0, 1]
    everything = measured(scores, labels)
    assert (everything.coverage, everything.accepted_error) == (1.0, 0.5)
    sure = measured(scores, labels, threshold=0.55)
    assert (sure.coverage, sure.accepted_error) == (0.75, pytest.approx(1 / 3))
    digits = measured(scores, labels, threshold=0.55, is_digit_threshold=0.5)
    assert (digits.coverage, digits.accepted_error) == (0.5, 0.5)
    nothing = measured(scores, labels, threshold=1.0)
    assert (nothing.coverage, nothing.accepted_error) == (0.0, None)


def test_a_confidence_at_the_threshold_is_accepted() -> None:
    assert measured(scores_of([{1: 0.5, 2: 0.5}]), [1], threshold=0.5).coverage == 1


def test_known_label_errors_are_left_out_of_the_second_figures() -> None:
    rows = [{0: 0.8, 1: 0.2}, {0: 0.5, 1: 0.5}, {1: 1.0}]
    found = measured(scores_of(rows), [0, 0, 0], label_errors=(2, 9999))
    assert found.n_errors == 1
    kept = found.without_label_errors
    assert kept is not None
    assert (kept.n, kept.n_errors, kept.accuracy) == (2, 0, 1.0)
    assert kept.loss == pytest.approx((-np.log(0.8) - np.log(0.5)) / 2)
    assert kept.accuracy_interval[1] == 1
    assert measured(scores_of(rows), [0, 0, 0]).without_label_errors is None
    assert measured(scores_of(rows), [0, 0, 0], label_errors=(50,)).without_label_errors is None
    assert measured(scores_of(rows), [0, 0, 0], label_errors=(0, 1, 2)).without_label_errors is None


def test_a_label_given_no_probability_at_all_has_a_finite_loss() -> None:
    found = measured(scores_of([{1: 1.0}]), [0])
    assert found.loss == pytest.approx(-np.log(np.finfo(np.float32).eps))


def test_perfect_scores() -> None:
    found = measured(scores_of([{d: 1.0} for d in range(10)]), range(10))
    assert (found.accuracy, found.loss, found.ece, found.n_errors) == (1, 0, 0, 0)
    assert found.macro_average.f1 == found.weighted_average.f1 == 1
    assert found.mistakes == ()


def test_rounding_never_shows() -> None:
    found = measured(scores_of([{0: 1.0000002}, {1: 1.0000002}]), [0, 0])
    assert found.mistakes[0].confidence == 1
    assert str(measured(scores_of([{0: 1.0}]), [0]).loss) == "0.0"


def test_no_images(data: LabelledImages) -> None:
    with pytest.raises(DataError, match="drawn contains no images"):
        evaluate(FirstPixels(), data[:0], model_name="m")


def test_scoring_nothing_gives_empty_scores() -> None:
    scores = score_in_batches(FirstPixels(), np.zeros((0, 28, 28), np.uint8))
    assert scores.probabilities.shape == (0, 10)


def test_images_of_another_size(data: LabelledImages) -> None:
    with pytest.raises(DataError, match="expected digit images, uint8 of shape"):
        evaluate(FirstPixels(), LabelledImages(data.images[:, 2:], data.labels, "cut"), model_name="m")


@pytest.mark.parametrize(
    ("probabilities", "is_digit"),
    [
        (np.full((2, 9), 1 / 9, np.float32), np.ones(2, np.float32)),
        (np.full((2, 10), 0.1, np.float32), np.ones(3, np.float32)),
        (np.full((2, 10), 0.2, np.float32), np.ones(2, np.float32)),
        (np.full((2, 10), np.nan, np.float32), np.ones(2, np.float32)),
        (np.eye(10, dtype=np.float32)[:2] * 3 - 0.2, np.ones(2, np.float32)),
    ],
)
def test_scores_that_are_none(probabilities: np.ndarray, is_digit: np.ndarray) -> None:
    with pytest.raises(ModelError, match=r"expected probabilities .* from m, but"):
        measured(Scores(probabilities, is_digit), [0, 1])


@pytest.mark.parametrize("labels", [[0], [0, 10], [0.0, 1.0]])
def test_labels_that_do_not_match(labels: list[float]) -> None:
    with pytest.raises(DataError, match="labels"):
        measured(scores_of([{0: 1.0}, {1: 1.0}]), labels)
