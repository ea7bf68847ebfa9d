"""Elastic deformation moves pixels by the displacement that is asked for, smoothly over the length asked for."""

import numpy as np
import pytest

from inkdigits.training.augmentation.elastic import ElasticDeformation


def measure_displacement(deformation, n=400):
    """Horizontal displacement (n, 28, 28), in pixels of a digit image, of the middle half of canvases.

    Grey rises by 4 along each pixel of the canvas, so grey tells where a pixel was taken from.
    """
    ramp = np.tile((4 * np.arange(56)).astype(np.uint8), (n, 56, 1))
    bent = deformation.apply(ramp, np.random.default_rng(0))
    return ((bent.astype(float) - ramp) / 8)[:, 14:42, 14:42]


@pytest.mark.parametrize("smoothness", [(0.35, 1.25), (3.0, 8.0)])
def test_root_mean_square_displacement(smoothness):
    moved = measure_displacement(ElasticDeformation((1.0, 1.0), smoothness))
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(1.0, rel=0.1)


def test_displacements_lie_evenly_in_their_range():
    moved = measure_displacement(ElasticDeformation((0.0, 0.9), (3.0, 8.0)), n=500)
    # Strengths between 0 and s have a mean square of a third of s squared.
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(0.9 / np.sqrt(3), rel=0.15)


def test_narrow_fields_change_within_a_stroke_and_wide_ones_do_not():
    def neighbouring(smoothness):
        moved = measure_displacement(ElasticDeformation((1.0, 1.0), smoothness))
        return np.corrcoef(moved[:, :-6].ravel(), moved[:, 6:].ravel())[0, 1]  # three pixels below

    assert neighbouring((0.35, 1.25)) < 0.3
    assert neighbouring((3.0, 8.0)) > 0.8
