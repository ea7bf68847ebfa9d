import keras
import numpy as np
import pytest
from keras import layers

from inkdigits.data import LabelledImages
from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import ModelCard
from inkdigits.training.calibration import Calibration, calibrate, fold_temperature

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(small_train):
    """A small network that has learnt its images by heart, and so is too sure of itself."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((28, 28), dtype="uint8"),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax", name="probabilities"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    network.fit(small_train.images, small_train.labels, epochs=20, verbose=0)
    return network


def cross_entropy(network, data):
    probabilities = network.predict(data.images, verbose=0)
    chosen = probabilities[np.arange(len(data)), data.labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def test_a_network_that_is_too_sure_is_cooled_and_loses_less(trained, small_test):
    calibration = calibrate(trained, small_test)
    assert calibration.temperature > 1.2
    assert calibration.is_digit_threshold == 0
    cooled = keras.models.clone_model(trained)
    cooled.set_weights(trained.get_weights())
    before, labels = cross_entropy(cooled, small_test), cooled.predict(small_test.images, verbose=0).argmax(1)
    fold_temperature(cooled, calibration.temperature)
    probabilities = cooled.predict(small_test.images, verbose=0)
    assert cross_entropy(cooled, small_test) < before
    np.testing.assert_array_equal(probabilities.argmax(axis=1), labels)
    refused = (probabilities.max(axis=1) < calibration.threshold).mean()
    assert refused <= 0.005


def test_a_folded_temperature_is_a_power_of_the_probabilities(trained, small_test):
    warm = keras.models.clone_model(trained)
    warm.set_weights(trained.get_weights())
    images = small_test.images[:50]
    powers = trained.predict(images, verbose=0).astype(np.float64) ** (1 / 2.5)
    fold_temperature(warm, 2.5)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(warm.predict(images, verbose=0), expected, atol=1e-4)


def test_figures_go_onto_a_card_and_come_back():
    calibration = Calibration(1.25, 0.4, 0.1)
    assert Calibration.from_card(calibration.update_card(ModelCard(name="any"))) == calibration


def test_a_network_without_a_dense_end_cannot_take_a_temperature():
    network = keras.Sequential([keras.Input((28, 28), dtype="uint8"), layers.Flatten(), layers.Softmax()])
    with pytest.raises(ModelError, match="last layer of type Dense"):
        fold_temperature(network, 2.0)


def test_a_network_with_two_answers_gets_both_thresholds(small_test):
    from inkdigits.training.networks.classifiers import accurate

    held_out = LabelledImages(small_test.images[:100], small_test.labels[:100], "few")
    calibration = calibrate(accurate(), held_out)
    assert 0 < calibration.is_digit_threshold < 1
