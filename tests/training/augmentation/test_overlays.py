"""Overlays add ink where they belong, occlusions only remove it."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from inkdigits.training.augmentation.occlusions import CroppedSide, StrokeGaps
from inkdigits.training.augmentation.overlays import (
    NeighbourStrokes,
    Overlays,
    PageEdge,
    RuledLine,
    ShowThrough,
    StrayStroke,
    StrokeFragments,
)

ADDING = [
    NeighbourStrokes(1.0, gap=(0.0, 3.0)),
    RuledLine(1.0),
    ShowThrough(1.0),
    StrokeFragments(1.0),
    StrayStroke(1.0),
    PageEdge(1.0),
]
REMOVING = [CroppedSide(1.0), StrokeGaps(1.0)]


def apply(canvases, *overlays):
    return Overlays(overlays).apply(canvases, np.random.default_rng(6))


@pytest.mark.parametrize("overlay", ADDING, ids=lambda overlay: type(overlay).__name__)
def test_overlays_add_ink_and_remove_none(canvases, overlay):
    drawn = apply(canvases, overlay)
    assert (drawn >= canvases).all()
    assert drawn.sum() > 1.02 * canvases.sum()


@pytest.mark.parametrize("overlay", REMOVING, ids=lambda overlay: type(overlay).__name__)
def test_occlusions_remove_ink_and_add_none(canvases, overlay):
    drawn = apply(canvases, overlay)
    assert (drawn <= canvases).all()
    assert 0.5 * canvases.sum() < drawn.sum() < 0.98 * canvases.sum()


def test_a_cropped_side_is_as_deep_as_asked():
    squares = np.zeros((400, 56, 56), np.uint8)
    squares[:, 10:40, 10:40] = 255
    boxes = np.array(
        [cv2.boundingRect(canvas)[2:] for canvas in apply(squares, CroppedSide(1.0, depth=(1.0, 2.0)))]
    )
    assert set(boxes.max(axis=1)) == {30}
    assert set(30 - boxes.min(axis=1)) == {2, 3, 4}
    assert {tuple(box == 30) for box in boxes} == {(True, False), (False, True)}


def test_neighbours_keep_their_gap():
    bars = np.zeros((300, 56, 56), np.uint8)
    bars[:, 18:38, 24:32] = 255
    drawn = apply(bars, NeighbourStrokes(1.0, gap=(2.0, 3.0)))
    assert not drawn[:, :, 20:24].any()
    assert not drawn[:, :, 32:36].any()
    assert drawn[:, :, :20].any(axis=(1, 2)).mean() == pytest.approx(0.5, abs=0.15)
    assert drawn[:, :, 36:].any(axis=(1, 2)).mean() == pytest.approx(0.5, abs=0.15)


def test_page_edges_stay_at_the_edge_and_ink_in_its_range():
    drawn = apply(np.zeros((300, 56, 56), np.uint8), PageEdge(1.0, depth=(0.0, 7.0), ink=(100, 200)))
    assert not drawn[:, 16:40, 16:40].any()
    assert 180 < drawn.max() <= 200


def test_ruled_lines_lie_beside_the_digit():
    squares = np.zeros((300, 56, 56), np.uint8)
    squares[:, 20:36, 20:36] = 255
    drawn = apply(squares, RuledLine(1.0, distance=(2.0, 3.0), ink=(200, 200)))
    # 4 to 6 canvas pixels away, less half a thickness and a tilt of 2.
    np.testing.assert_array_equal(drawn[:, 20:36, 20:36], squares[:, 20:36, 20:36])
    assert (drawn[:, [14, 15, 40, 41]] == 200).any(axis=(1, 2)).mean() > 0.3
    assert drawn[drawn != 255].max() == 200


def test_show_through_is_faint(canvases):
    behind = apply(np.zeros_like(canvases[:1]), ShowThrough(1.0))
    assert not behind.any()  # its own canvas is the only other one
    drawn = apply(canvases, ShowThrough(1.0, opacity=(0.2, 0.3)))
    added = drawn.astype(int) - canvases
    assert 0 < added.max() <= 77


def test_strokes_of_other_digits_come_without_overlays():
    """What the first overlay draws is not copied by the second."""

    @dataclass(frozen=True)
    class Spy:
        share: float
        seen: list[np.ndarray]

        def draw(self, canvas, other, rng):
            self.seen.append(other.copy())

    blank, spy = np.zeros((50, 56, 56), np.uint8), Spy(1.0, [])
    assert apply(blank, PageEdge(1.0, depth=(2.0, 7.0)), spy).any()
    assert len(spy.seen) == 50
    assert not np.any(spy.seen)
