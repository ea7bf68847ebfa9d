"""The contract of `Recogniser`, for every shipped model in every engine, and the agreement of the engines.

Keras is a recogniser here only: the shipped weights in the network as it is built for a training.
"""

import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.models.parity import ENGINES, TOLERANCE
from inkdigits.contract import Recogniser, Scores
from inkdigits.data import Mnist
from inkdigits.errors import DataError
from inkdigits.recognition.engines.registry import shipped_models

# Keras takes seconds to import: one process does it.
pytestmark = pytest.mark.xdist_group("engines")

MODELS = tuple(shipped_models())
EVERY_RECOGNISER = [(model, engine) for model in MODELS for engine in ENGINES]
every_recogniser = pytest.mark.parametrize(
    ("model", "engine"), EVERY_RECOGNISER, ids=["-".join(each) for each in EVERY_RECOGNISER]
)


@functools.cache
def load(model: str, engine: str) -> Recogniser:
    return ENGINES[engine](model, shipped_models()[model])


@pytest.fixture(scope="module")
def images(mnist: Mnist) -> NDArray[np.uint8]:
    """More digits than any engine takes at once, and ten images of noise, whose labels are uncertain."""
    noise = np.random.default_rng(0).integers(0, 256, (10, 28, 28), np.uint8)
    return np.concatenate([noise, mnist.train.images[:291]])


def assert_close(one: Scores, other: Scores, tolerance: float = TOLERANCE) -> None:
    np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=0, atol=tolerance)
    np.testing.assert_allclose(one.is_digit, other.is_digit, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(one.labels, other.labels)


def pick(scores: Scores, chosen: slice | NDArray[np.int64]) -> Scores:
    return Scores(scores.probabilities[chosen], scores.is_digit[chosen])


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_engines_agree_on_all_test_images(model: str, mnist: Mnist) -> None:
    expected, *others = (load(model, engine).score(mnist.test.images) for engine in ENGINES)
    assert expected.probabilities.shape == (10_000, 10)
    assert expected.probabilities.std() > 0.1
    for scores in others:
        assert_close(scores, expected)


@every_recogniser
@pytest.mark.parametrize("n", [0, 1, 2, 3, 127, 128, 129, 257, 301])
def test_scores_of_a_batch_of_any_size(model: str, engine: str, n: int, images: NDArray[np.uint8]) -> None:
    recogniser = load(model, engine)
    assert isinstance(recogniser, Recogniser)
    scores = recogniser.score(images[:n])
    assert (scores.probabilities.shape, scores.is_digit.shape) == ((n, 10), (n,))
    assert (scores.probabilities.dtype, scores.is_digit.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1.0, atol=1e-5)
    for values in (scores.probabilities, scores.is_digit):
        assert ((values >= 0) & (values <= 1)).all()
    assert_close(scores, pick(recogniser.score(images), slice(n)))


@every_recogniser
def test_single_images_have_the_scores_of_a_batch(model: str, engine: str, images: NDArray[np.uint8]) -> None:
    recogniser = load(model, engine)
    expected = recogniser.score(images)
    for i in range(0, 40):
        assert_close(recogniser.score(images[i : i + 1]), pick(expected, slice(i, i + 1)))
    assert_close(recogniser.score(images[0]), pick(expected, slice(1)))


@every_recogniser
def test_the_order_of_the_images_does_not_matter(model: str, engine: str, images: NDArray[np.uint8]) -> None:
    recogniser, order = load(model, engine), np.random.default_rng(1).permutation(len(images))
    assert_close(recogniser.score(images[order]), pick(recogniser.score(images), order))


@every_recogniser
def test_repeated_calls_give_the_same_bits_and_keep_earlier_scores(
    model: str, engine: str, images: NDArray[np.uint8]
) -> None:
    recogniser, given = load(model, engine), images.copy()
    first = recogniser.score(images)
    kept = Scores(first.probabilities.copy(), first.is_digit.copy())
    recogniser.score(images[::-1])
    assert_close(first, kept, 0.0)
    assert_close(recogniser.score(images), kept, 0.0)
    np.testing.assert_array_equal(images, given)


@every_recogniser
def test_views_and_read_only_images_are_scored(model: str, engine: str, images: NDArray[np.uint8]) -> None:
    recogniser, expected = load(model, engine), load(model, engine).score(images[::3])
    turned = np.ascontiguousarray(images.transpose(0, 2, 1)).transpose(0, 2, 1)[::3]
    turned.flags.writeable = False
    assert_close(recogniser.score(turned), expected)


@every_recogniser
def test_several_threads_get_their_own_scores(model: str, engine: str, images: NDArray[np.uint8]) -> None:
    recogniser = load(model, engine)
    parts = [
        images[start : start + size]
        for start, size in zip(range(0, 160, 10), [1, 7, 1, 130] * 4, strict=True)
    ]
    expected = [recogniser.score(part) for part in parts]
    with ThreadPoolExecutor(4) as pool:
        for scores, own in zip(pool.map(recogniser.score, parts * 5), expected * 5, strict=True):
            assert_close(scores, own)


@every_recogniser
@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((2, 28, 28)),
        np.zeros((2, 28, 28), np.int8),
        np.zeros((2, 28, 28), bool),
        np.zeros((2, 28, 28), object),
        np.zeros((2, 20, 20), np.uint8),
        np.zeros((2, 28), np.uint8),
        np.zeros((2, 28, 28, 1), np.uint8),
        np.zeros((0,), np.uint8),
        np.uint8(0),
        "images",
        None,
    ],
    ids=[
        "float64",
        "int8",
        "bool",
        "object",
        "20x20",
        "a row",
        "4 axes",
        "1 axis",
        "a number",
        "text",
        "None",
    ],
)
def test_other_arrays_are_refused_in_one_line(model: str, engine: str, wrong: object) -> None:
    with pytest.raises(
        DataError, match=r"^expected digit images, uint8 of shape \(n, 28, 28\), .* but got "
    ) as caught:
        load(model, engine).score(wrong)
    assert "\n" not in str(caught.value)
