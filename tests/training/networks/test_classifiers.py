import keras
import numpy as np
import pytest
from keras import layers

from inkdigits.errors import UsageError
from inkdigits.training.networks.classifiers import (
    accurate,
    build_network,
    classic,
    compact,
    describe_layers,
    quick,
)


def test_classic_is_the_published_network_to_the_letter():
    table = describe_layers(classic())
    assert [(row.type, list(row.output_shape), row.parameters) for row in table] == [
        ("Reshape", [28, 28, 1], 0),
        ("Rescaling", [28, 28, 1], 0),
        ("Conv2D", [26, 26, 32], 320),
        ("MaxPooling2D", [13, 13, 32], 0),
        ("ReLU", [13, 13, 32], 0),
        ("Conv2D", [11, 11, 64], 18496),
        ("MaxPooling2D", [5, 5, 64], 0),
        ("ReLU", [5, 5, 64], 0),
        ("Flatten", [1600], 0),
        ("Dropout", [1600], 0),
        ("Dense", [10], 16010),
    ]
    assert classic().count_params() == 34_826


def test_relu_after_pooling_equals_relu_before_it(mnist):
    keras.utils.set_random_seed(0)
    published = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    ours = classic()
    ours.set_weights(published.get_weights())
    images = mnist.train.images[:256]
    expected = published.predict(images[..., np.newaxis].astype("float32") / 255, verbose=0)
    found = ours.predict(images, verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert expected.std() > 0.01


def test_an_unknown_network_is_named_with_the_known_ones():
    with pytest.raises(UsageError, match=r"unknown network 'lenet'; choose one of classic"):
        build_network("lenet", dropout=0.5)


def test_accurate_answers_digits_and_whether_it_is_one_within_its_budget():
    network = accurate()
    assert network.count_params() <= 500_000
    answers = network.predict(np.zeros((3, 28, 28), np.uint8), verbose=0)
    assert answers["probabilities"].shape == (3, 10)
    np.testing.assert_allclose(answers["probabilities"].sum(axis=1), 1, atol=1e-5)
    assert answers["is_digit"].shape == (3, 1)
    assert ((answers["is_digit"] >= 0) & (answers["is_digit"] <= 1)).all()


@pytest.mark.parametrize(("build", "most"), [(compact, 8_500), (quick, 16_000)])
def test_small_networks_keep_to_their_budget_and_answer_digits(build, most):
    network = build()
    assert network.count_params() <= most
    answers = network.predict(np.zeros((3, 28, 28), np.uint8), verbose=0)
    assert answers.shape == (3, 10)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_quick_multiplies_a_sixteenth_of_what_classic_does():
    def multiplications(network):
        return sum(
            np.prod(layer.output.shape[1:3]) * keras.ops.size(layer.kernel)
            for layer in network.layers
            if isinstance(layer, layers.Conv2D)
        ) + sum(keras.ops.size(layer.kernel) for layer in network.layers if isinstance(layer, layers.Dense))

    assert int(multiplications(quick())) == 36_864 + 73_728 + 36_864 + 1_280
    assert 16 < multiplications(classic()) / multiplications(quick()) < 17
