"""The expected components come from a breadth-first search in Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.pictures.ink.components import find_components, find_touched_edges


def search_component(mask: np.ndarray, row: int, column: int) -> set[tuple[int, int]]:
    """Return the rows and columns of the 8-connected component that contains a pixel."""
    found, queue = {(row, column)}, [(row, column)]
    while queue:
        y, x = queue.pop()
        for place in ((y + down, x + across) for down in (-1, 0, 1) for across in (-1, 0, 1)):
            is_inside = 0 <= place[0] < mask.shape[0] and 0 <= place[1] < mask.shape[1]
            if is_inside and mask[place] and place not in found:
                found.add(place)
                queue.append(place)
    return found


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 12), st.floats(0.0, 1.0))
def test_components_equal_those_of_a_search(seed: int, height: int, width: int, share: float) -> None:
    mask = (np.random.default_rng(seed).random((height, width)) < share).astype(np.uint8)
    components = find_components(mask)
    np.testing.assert_array_equal(components.labels > 0, mask > 0)
    assert components.n == components.labels.max()
    for i in range(components.n):
        rows, columns = np.nonzero(components.labels == i + 1)
        assert search_component(mask, rows[0], columns[0]) == set(zip(rows, columns, strict=True))
        box = (components.left[i], components.top[i], components.right[i], components.bottom[i])
        assert box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert components.longer_sides[i] == max(np.ptp(columns), np.ptp(rows)) + 1
        assert components.areas[i] == len(rows)
        np.testing.assert_allclose(components.centroids[i], (columns.mean(), rows.mean()))
        touches_edge = (
            rows.min() == 0 or columns.min() == 0 or rows.max() == height - 1 or columns.max() == width - 1
        )
        assert components.touch_edge()[i] == touches_edge


def test_only_the_chosen_components_are_drawn() -> None:
    mask = np.array([[1, 0, 1, 1], [0, 0, 0, 0], [1, 1, 0, 1]], np.uint8)
    components = find_components(mask)
    drawn = components.draw(components.areas == 2)
    np.testing.assert_array_equal(drawn, [[0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0]])


def test_touched_edges_are_upper_lower_left_and_right() -> None:
    assert find_touched_edges(3, 0, 2, 9, (9, 7)).tolist() == [True, True, False, False]
    assert find_touched_edges(0, 1, 7, 2, (9, 7)).tolist() == [False, False, True, True]
