"""What a teacher thinks is a softened softmax, and the loss is least where pupil and teacher agree."""

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from inkdigits.errors import UsageError
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.training.loop.distillation import TeacherCrossEntropy, compute_teacher_probabilities
from inkdigits.training.recipes import get_recipe
from inkdigits.training.train import train


def test_soft_labels_are_the_teachers_probabilities_at_a_temperature(small_test):
    images = small_test.images[:50]
    scores = load_recogniser("classic").score(images)
    np.testing.assert_allclose(
        compute_teacher_probabilities("classic", images, 1.0), scores.probabilities, atol=1e-6
    )
    soft = compute_teacher_probabilities("classic", images, 4.0)
    np.testing.assert_allclose(soft, softmax(np.log(scores.probabilities) / 4, axis=1), atol=1e-5)
    assert soft.max(axis=1).mean() < scores.probabilities.max(axis=1).mean()


def test_an_unknown_teacher_is_refused(small_test):
    with pytest.raises(UsageError, match="but got 'nobody'"):
        compute_teacher_probabilities("nobody", small_test.images, 1.0)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_the_loss_is_cross_entropy_between_softened_answers(temperature):
    rng = np.random.default_rng(0)
    teacher, pupil = rng.normal(0, 3, (2, 20, 10))
    taught = softmax(teacher / temperature, axis=1).astype(np.float32)
    expected = -(temperature**2) * np.sum(taught * log_softmax(pupil / temperature, axis=1), axis=1)
    loss = TeacherCrossEntropy(temperature)
    probabilities = softmax(pupil, axis=1).astype(np.float32)
    found = keras.ops.convert_to_numpy(loss.call(taught, probabilities))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    agreeing = loss(taught, softmax(teacher, axis=1).astype(np.float32))
    assert float(agreeing) < float(loss(taught, probabilities))


@pytest.mark.slow
def test_a_pupil_learns_what_its_teacher_thinks_and_never_sees_a_label(small_train, small_test, tmp_path):
    recipe = get_recipe("fast").override(
        {"teacher": "classic", "epochs": 3, "steps_per_execution": 4, "validation_share": 0.1}
    )
    wrong = type(small_train)(small_train.images, np.zeros_like(small_train.labels), "wrong")
    run = train(recipe, wrong, small_test, run=tmp_path / "run")
    assert run.evaluation.accuracy > 0.8
    history = (run.path / "history.csv").read_text().splitlines()
    assert all(history[1].split(","))
