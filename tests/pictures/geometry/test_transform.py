import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.pictures.geometry.transform import Homography, MeshWarp, Transform, flatten


def make_mesh(bulge: float = 12.0) -> MeshWarp:
    """Return the mesh of a sheet of 200 x 100 pixels, rotated by a few degrees and bent upwards at its centre."""
    u, v = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 1, 11))
    return MeshWarp(
        np.stack([40 + 190 * u + 10 * v, 30 + 110 * v + 8 * u - bulge * np.sin(np.pi * u)], axis=2),
        (200, 100),
    )


HOMOGRAPHY = Homography(np.array([[1.1, 0.2, 5.0], [-0.1, 0.9, 30.0], [0.0002, -0.0003, 1.0]]))


@given(st.floats(-5, 205), st.floats(-5, 105), st.floats(-20, 20))
def test_map_points_back_is_the_inverse_of_map_points(x: float, y: float, bulge: float) -> None:
    transform = (
        Transform((make_mesh(bulge),)).then(Transform((HOMOGRAPHY,))).then(Transform.scaling(2.0, 3.0))
    )
    place = np.array([[x, y]])
    np.testing.assert_allclose(transform.map_points_back(transform.map_points(place)), place, atol=1e-6)


def test_identity_keeps_boxes() -> None:
    assert Transform.scaling(1.0, 1.0).map_box((3, 4, 50, 60)) == (3, 4, 50, 60)
    assert Transform().map_box_back((3, 4, 50, 60)) == (3, 4, 50, 60)


def test_box_of_a_smaller_copy_is_scaled() -> None:
    twice = Transform.scaling(2.0, 4.0)
    assert twice.map_box((3, 4, 50, 60)) == (6, 16, 100, 240)
    assert twice.map_box_back((6, 16, 100, 240)) == (3, 4, 50, 60)


def test_composition_applies_the_steps_in_order() -> None:
    first, second = Transform((HOMOGRAPHY,)), Transform.scaling(0.5, 0.5)
    places = np.array([[0.0, 0.0], [100.0, 40.0]])
    np.testing.assert_allclose(
        first.then(second).map_points(places), second.map_points(first.map_points(places)), atol=1e-12
    )


@pytest.mark.parametrize("shape", [(180, 300), (180, 300, 3)])
def test_bent_sheet_is_flattened(shape: tuple[int, ...]) -> None:
    warp = make_mesh()
    spots = np.array([[20.0, 20.0], [100.0, 50.0], [180.0, 85.0]])
    picture = np.full(shape, 255, np.uint8)
    for x, y in warp.map_points(spots):
        picture[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4] = 0
    flat = flatten(picture, warp)
    assert flat.shape == (100, 200, *shape[2:])
    dark = flat if flat.ndim == 2 else flat[..., 0]
    for x, y in spots:
        rows, columns = np.nonzero(dark[round(y) - 10 : round(y) + 11, round(x) - 10 : round(x) + 11] < 128)
        assert abs(rows.mean() - 10) < 1.5
        assert abs(columns.mean() - 10) < 1.5
