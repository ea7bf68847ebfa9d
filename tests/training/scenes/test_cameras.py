"""Simulated cameras: the same for the same seed, and milder where that is asked for."""

import cv2
import numpy as np

from inkdigits.training.scenes.cameras import MILD, STRONG, Degradation, simulate_camera


def measure_error(degradation: Degradation) -> float:
    """Return the mean difference between a line of strokes and its pictures, in grey levels."""
    sheet = np.full((48, 160), 200, np.float32)
    for x in range(10, 160, 30):
        cv2.line(sheet, (x, 8), (x + 10, 40), 80.0, 3)
    rng = np.random.default_rng(0)
    pictures = [simulate_camera(sheet, 120.0, False, rng, degradation) for _ in range(300)]
    # The median, since a tenth of the pictures are binarised or stretched on purpose.
    return float(np.median([np.abs(picture - sheet).mean() for picture in pictures]))


def test_pictures_depend_on_the_seed() -> None:
    sheet = np.full((16, 24), 180, np.float32)
    sheet[4:12, 10:13] = 60
    one, again, other = (
        simulate_camera(sheet, 120.0, False, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert one.dtype == np.uint8
    assert one.shape == sheet.shape
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_negatives_are_light_on_dark() -> None:
    sheet = np.full((16, 24), 200, np.float32)
    assert np.median(simulate_camera(sheet, 120.0, True, np.random.default_rng(3))) < 100


def test_the_mild_degradation_changes_less() -> None:
    assert measure_error(MILD) < 0.9 * measure_error(STRONG)
    assert MILD.min_contrast > STRONG.min_contrast
