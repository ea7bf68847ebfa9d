import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.pictures.geometry.transform import Bend, Projection, Transform, flattened


def bent(bulge: float = 12.0) -> Bend:
    """A sheet of 200 by 100 pixels that bulges upwards in its middle, turned by a few degrees."""
    u, v = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 1, 11))
    return Bend(
        np.stack([40 + 190 * u + 10 * v, 30 + 110 * v + 8 * u - bulge * np.sin(np.pi * u)], axis=2),
        (200, 100),
    )


LEANING = Projection(np.array([[1.1, 0.2, 5.0], [-0.1, 0.9, 30.0], [0.0002, -0.0003, 1.0]]))


@given(st.floats(-5, 205), st.floats(-5, 105), st.floats(-20, 20))
def test_what_lies_at_the_place_of_a_place_is_that_place(x: float, y: float, bulge: float) -> None:
    transform = Transform((bent(bulge),)).then(Transform((LEANING,))).then(Transform.scaling(2.0, 3.0))
    place = np.array([[x, y]])
    np.testing.assert_allclose(transform.sources(transform.points(place)), place, atol=1e-6)


def test_the_picture_itself_changes_nothing() -> None:
    assert Transform.scaling(1.0, 1.0).box((3, 4, 50, 60)) == (3, 4, 50, 60)
    assert Transform().source_of((3, 4, 50, 60)) == (3, 4, 50, 60)


def test_a_box_of_a_smaller_copy_is_scaled() -> None:
    twice = Transform.scaling(2.0, 4.0)
    assert twice.box((3, 4, 50, 60)) == (6, 16, 100, 240)
    assert twice.source_of((6, 16, 100, 240)) == (3, 4, 50, 60)


def test_steps_follow_one_another() -> None:
    first, second = Transform((LEANING,)), Transform.scaling(0.5, 0.5)
    places = np.array([[0.0, 0.0], [100.0, 40.0]])
    np.testing.assert_allclose(
        first.then(second).points(places), second.points(first.points(places)), atol=1e-12
    )


@pytest.mark.parametrize("shape", [(180, 300), (180, 300, 3)])
def test_a_bent_plane_is_made_flat(shape: tuple[int, ...]) -> None:
    bend = bent()
    spots = np.array([[20.0, 20.0], [100.0, 50.0], [180.0, 85.0]])
    picture = np.full(shape, 255, np.uint8)
    for x, y in bend.points(spots):
        picture[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4] = 0
    flat = flattened(picture, bend)
    assert flat.shape == (100, 200, *shape[2:])
    dark = flat if flat.ndim == 2 else flat[..., 0]
    for x, y in spots:
        rows, columns = np.nonzero(dark[round(y) - 10 : round(y) + 11, round(x) - 10 : round(x) + 11] < 128)
        assert abs(rows.mean() - 10) < 1.5
        assert abs(columns.mean() - 10) < 1.5
