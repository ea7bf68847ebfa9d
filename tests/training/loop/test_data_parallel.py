"""A batch in parts is answered, and learnt from, as the whole batch is."""

import keras
import numpy as np
import pytest

from inkdigits.training.loop import data_parallel
from inkdigits.training.loop.data_parallel import DataParallel, count_parts
from inkdigits.training.networks.classifiers import accurate, classic


def trained(network, images, labels):
    network.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", jit_compile=False)
    for start in (0, 64):
        network.train_on_batch(images[start : start + 64], labels[start : start + 64])
    return network.get_weights()


@pytest.mark.parametrize("n_images", [2, 7, 64])
@pytest.mark.parametrize("build", [classic, accurate])
def test_answers_are_the_networks_own_in_their_order(small_train, build, n_images):
    keras.utils.set_random_seed(0)
    network = build()
    images = small_train.images[:n_images]
    alone, in_parts = (each.predict(images, verbose=0) for each in (network, DataParallel(network, 2)))
    for expected, found in zip(keras.tree.flatten(alone), keras.tree.flatten(in_parts), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("n_parts", [2, 3])
def test_a_step_in_parts_is_a_step_of_the_whole_batch(small_train, n_parts):
    keras.utils.set_random_seed(0)
    whole = classic(dropout=0.0)
    divided = classic(dropout=0.0)
    divided.set_weights(whole.get_weights())
    untrained = whole.get_weights()
    images, labels = small_train.images[:128], small_train.labels[:128]
    expected = trained(whole, images, labels)
    found = trained(DataParallel(divided, n_parts), images, labels)
    for mine, theirs, before in zip(found, expected, untrained, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
        assert np.abs(theirs - before).max() > 1e-3


def test_small_batches_are_not_divided_and_no_core_is_given_two_parts(monkeypatch):
    monkeypatch.setattr(data_parallel, "_count_cores", lambda: 4)
    assert [count_parts(n) for n in (1, 63, 64, 128, 1000)] == [1, 1, 2, 4, 4]
    monkeypatch.setattr(data_parallel, "_count_cores", lambda: 1)
    assert count_parts(1000) == 1
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert count_parts(1000) == 1
