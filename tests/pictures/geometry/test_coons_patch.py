"""A mesh between four curved sides."""

import numpy as np
import pytest

from inkdigits.pictures.geometry.coons_patch import N_KNOTS, fit_mesh


def draw_outline(bulge: float = 0.0, tooth: bool = False) -> np.ndarray:
    """Return the outline of a sheet from (100, 100) to (400, 300), whose sides are bent."""
    across, down = np.arange(100, 400), np.arange(100, 300)
    bend = bulge * (1 - ((across - 250) / 150) ** 2)
    upper = np.stack([across, 100 - bend], axis=1)
    if tooth:
        upper[132:168, 1] -= 25  # a stroke that sticks out
    sag = bulge / 2 * (1 - ((down - 200) / 100) ** 2)
    right = np.stack([400 + sag, down], axis=1)
    lower = np.stack([across[::-1] + 1, 300 - bend[::-1]], axis=1)
    left = np.stack([100 + sag[::-1], down[::-1] + 1], axis=1)
    return np.rint(np.concatenate([upper, right, lower, left])).astype(np.int32)


@pytest.mark.parametrize("reverse", [False, True])
def test_the_mesh_of_a_rectangle_is_even_with_a_margin_of_one_cell(reverse: bool) -> None:
    outline = draw_outline()
    mesh = fit_mesh(outline[::-1].copy() if reverse else outline)
    assert mesh is not None
    assert mesh.knots.shape == (N_KNOTS + 2, N_KNOTS + 2, 2)
    x, y = 300 / (N_KNOTS - 1), 200 / (N_KNOTS - 1)
    np.testing.assert_allclose(mesh.knots[1, 1], [100, 100], atol=1.5)
    np.testing.assert_allclose(mesh.knots[0, 0], [100 - x, 100 - y], atol=1.5)
    np.testing.assert_allclose(mesh.knots[-2, -2], [400, 300], atol=1.5)
    np.testing.assert_allclose(mesh.knots[13, 13], [250, 200], atol=1.5)
    np.testing.assert_allclose(mesh.size, [26 * x, 26 * y], atol=2)


@pytest.mark.parametrize("tooth", [False, True])
def test_the_mesh_follows_bent_sides_and_no_strokes(tooth: bool) -> None:
    mesh = fit_mesh(draw_outline(20, tooth))
    assert mesh is not None
    middle = mesh.knots[:, (N_KNOTS + 1) // 2]
    np.testing.assert_allclose(middle[1], [250, 80], atol=2)
    np.testing.assert_allclose(middle[-2], [250, 280], atol=2)
    np.testing.assert_allclose(mesh.knots[13, 1], [110, 200], atol=2)
    np.testing.assert_allclose(mesh.knots[13, -2], [410, 200], atol=2)
    np.testing.assert_allclose(mesh.knots[1, 1], [100, 100], atol=2)


def test_an_outline_that_is_short_or_not_smooth_has_no_mesh() -> None:
    short = np.array([[0, 0], [20, 0], [20, 20], [0, 20]], np.int32)
    assert fit_mesh(short) is None
    jagged = draw_outline()
    jagged[:300:2, 1] -= 40
    assert fit_mesh(jagged) is None
