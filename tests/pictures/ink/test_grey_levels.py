"""Statistics of grey levels, compared with NumPy and with their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkdigits.pictures.ink.grey_levels import (
    blur,
    compute_otsu_threshold,
    compute_quantile,
    downscale,
    estimate_noise,
    subsample,
)

LEVELS = hnp.arrays(np.float32, st.integers(1, 60), elements=st.integers(0, 255).map(float))


@given(LEVELS, st.floats(0, 1))
def test_a_quantile_is_the_value_of_that_rank(values: np.ndarray, share: float) -> None:
    assert compute_quantile(values, share) == np.sort(values)[min(int(share * len(values)), len(values) - 1)]


@given(LEVELS)
def test_otsus_threshold_has_the_greatest_variance_between_the_classes(values: np.ndarray) -> None:
    def variance(threshold: float) -> float:
        upper = values > threshold
        if upper.all() or not upper.any():
            return 0.0
        weight = upper.mean() * (1 - upper.mean())
        return float(weight * (values[upper].mean() - values[~upper].mean()) ** 2)

    assert variance(compute_otsu_threshold(values)) == pytest.approx(max(map(variance, range(256))), rel=1e-4)


def test_the_noise_is_estimated_from_the_values_below_zero_only() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 3, 20_000).astype(np.float32)
    noise[:4000] += 100  # ink
    assert estimate_noise(noise) == pytest.approx(3, rel=0.05)
    assert estimate_noise(np.array([*[1.0] * 99, -1.0], np.float32)) == 0


def test_large_images_are_subsampled_and_small_ones_are_not() -> None:
    small, large = np.zeros((600, 600), np.float32), np.zeros((2000, 2000), np.float32)
    assert subsample(small) is small
    assert subsample(large).shape == (500, 500)


@pytest.mark.parametrize(
    ("shape", "expected"), [((100, 50), (20, 10)), ((50, 100, 3), (10, 20, 3)), ((2, 900), (1, 20))]
)
def test_images_are_scaled_down_to_a_longest_side(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    image = np.full(shape, 200, np.uint8)
    scaled = downscale(image, 20)
    assert (scaled.shape, scaled.dtype) == (expected, np.uint8)
    assert (scaled == 200).all()
    assert downscale(scaled, 20) is scaled


def test_small_images_are_not_blurred() -> None:
    dot = np.zeros((30, 30), np.float32)
    dot[15, 15] = 100
    assert blur(dot[:23], 1.0) is not None
    np.testing.assert_array_equal(blur(dot[:23], 1.0), dot[:23])
    blurred = blur(dot, 1.0)
    assert blurred.sum() == pytest.approx(100, rel=1e-3)
    assert blurred.max() < 20
