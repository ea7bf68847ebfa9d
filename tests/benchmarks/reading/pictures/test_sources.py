from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.reading.pictures.contents.fonts import (
    DOUBTFUL_DIGITS,
    EVALUATION_FONTS,
    LETTERS,
    LIKE_DIGITS,
    SYMBOLS,
)
from benchmarks.reading.pictures.sources import SEEDS, load_sources
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS


@pytest.fixture
def mnist(monkeypatch):
    """MNIST whose every image holds its own index, so that one can see where it went."""

    def numbered(n):
        images = np.zeros((n, 28, 28), np.uint8)
        images[:, 0, :4] = np.arange(n, dtype="<u4").view(np.uint8).reshape(n, 4)
        return SimpleNamespace(images=images, labels=np.arange(n) % 10)

    fake = SimpleNamespace(train=numbered(60_000), test=numbered(10_000))
    monkeypatch.setattr("inkdigits.data.mnist.load_mnist", lambda: fake)
    load_sources.cache_clear()
    yield
    load_sources.cache_clear()


def indices(images):
    return images[:, 0, :4].copy().view("<u4").ravel()


def test_splits_share_neither_seed_nor_source_digits(mnist):
    development, final = load_sources("development"), load_sources("final")
    assert SEEDS["development"] != SEEDS["final"]
    assert indices(development.images).tolist() == list(range(50_000, 60_000))
    assert set(indices(final.images)) == set(range(10_000)) - set(KNOWN_LABEL_ERRORS)
    assert len(development.small_labels) + len(final.small_labels) == 1797
    assert development.small_images.max() == final.small_images.max() == 255


def test_no_font_is_shared_with_training():
    from inkdigits.training.synthetic.fonts import TRAINING_FONTS

    trained = {name for package in TRAINING_FONTS for name in (package.package, *package.files)}
    measured = {name for package, names in EVALUATION_FONTS.items() for name in (package, *names)}
    assert trained
    assert not trained & measured


def test_letters_that_look_like_digits_are_left_out():
    assert not LIKE_DIGITS & set(LETTERS + SYMBOLS)
    assert set("OoIlSsZz") <= LIKE_DIGITS
    assert set(DOUBTFUL_DIGITS) <= {name for names in EVALUATION_FONTS.values() for name in names}
