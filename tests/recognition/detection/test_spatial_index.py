"""The spatial index finds every box that could be a duplicate, and leaves out those that are far away."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.recognition.detection.spatial_index import SpatialIndex

SIDES = st.floats(1, 40, width=32)
CORNERS = st.floats(-200, 200, width=32)


@given(st.lists(st.tuples(CORNERS, CORNERS, SIDES, SIDES), min_size=1, max_size=12))
def test_every_box_that_overlaps_is_found(given_boxes: list[tuple[float, float, float, float]]) -> None:
    boxes = np.array([(x, y, x + width, y + height) for x, y, width, height in given_boxes], np.float32)
    index = SpatialIndex(boxes)
    for i in range(len(boxes)):
        index.insert(i, i)
    for i, (left, top, right, bottom) in enumerate(boxes):
        overlapping = (
            (boxes[:, 0] < right) & (left < boxes[:, 2]) & (boxes[:, 1] < bottom) & (top < boxes[:, 3])
        )
        assert set(np.flatnonzero(overlapping)) <= set(index.query(i))


def test_a_box_that_is_far_away_is_left_out() -> None:
    boxes = np.array([(0, 0, 10, 10), (8, 0, 18, 10), (100, 0, 110, 10), (0, 100, 10, 110)], np.float32)
    index = SpatialIndex(boxes)
    for i, key in enumerate((7, 8, 9, 10)):
        index.insert(i, key)
    assert sorted(index.query(0)) == [7, 8]
    assert index.query(2) == [9]


def test_no_boxes() -> None:
    SpatialIndex(np.zeros((0, 4), np.float32))
