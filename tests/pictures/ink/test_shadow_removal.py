import cv2
import numpy as np
import pytest

from inkdigits.pictures.digits.candidates import find_candidates
from inkdigits.pictures.ink.ink_map import find_ink
from inkdigits.pictures.ink.shadow_removal import has_shadow, remove_shadow_edges


def draw_photo(paper: np.ndarray, tint: tuple[float, float, float] = (1.0, 0.98, 0.94)) -> np.ndarray:
    """Return a slightly blurred colour photo with noise; ``paper`` is its light."""
    noise = np.random.default_rng(0).normal(0, 2, paper.shape)
    seen = cv2.GaussianBlur(paper.astype(np.float32), (0, 0), 0.8) + noise
    return np.clip(seen[..., np.newaxis] * np.array(tint), 0, 255).astype(np.uint8)


def draw_shadow(side: int, depth: float) -> np.ndarray:
    """Return the light next to the wavy edge of a shadow on the left."""
    down, across = np.indices((side, side))
    is_dark = across < 0.4 * side + 0.06 * side * np.sin(down / side * 7)
    return cv2.GaussianBlur(1 - depth * is_dark.astype(np.float32), (0, 0), 2.0)


@pytest.mark.parametrize("depth", [0.2, 0.35, 0.5])
@pytest.mark.parametrize("turns", range(4))
def test_shadow_on_empty_paper_is_not_ink(depth: float, turns: int) -> None:
    assert find_candidates(draw_photo(220 * np.rot90(draw_shadow(180, depth), turns))) == []


@pytest.mark.parametrize("depth", [0.2, 0.35, 0.5])
def test_ink_across_the_edge_of_a_shadow_is_whole(two: np.ndarray, depth: float) -> None:
    drawn = cv2.copyMakeBorder(two, 60, 60, 60, 60, cv2.BORDER_CONSTANT)
    side = min(drawn.shape)
    shade = cv2.resize(draw_shadow(side, depth), drawn.shape[::-1])
    ink = find_ink(draw_photo(220 * shade * (1 - 0.7 * drawn / 255)), light_on_dark=False)
    found, true = ink.map >= 128, drawn >= 128
    assert (found & true).sum() / (found | true).sum() > 0.8


def test_writing_on_the_back_is_not_ink_but_faint_pencil_is(two: np.ndarray) -> None:
    drawn = cv2.copyMakeBorder(two, 30, 30, 30, 30, cv2.BORDER_CONSTANT).astype(np.float32) / 255
    through = cv2.GaussianBlur(
        drawn[:, ::-1], (0, 0), 7.0
    )  # paper diffuses it; the strokes are 20 pixels wide
    assert not find_ink(draw_photo(230 * (1 - 0.12 * through / through.max()))).map.any()
    assert find_ink(draw_photo(230 * (1 - 0.2 * drawn))).map.any()


def test_wide_strip_is_a_shadow_unless_it_is_as_dark_as_ink() -> None:
    ink = np.zeros((100, 100), np.uint8)
    ink[:, :30] = 255
    assert has_shadow(ink, 0.16, contrast_share=0.4)
    assert not has_shadow(ink, 0.16, contrast_share=0.8)
    assert not has_shadow(ink, 0.7, contrast_share=0.4), "not wider than a stroke"
    assert not has_shadow(np.roll(ink, 30, axis=1)[20:80], 0.7, contrast_share=0.4)


def test_one_sided_step_is_removed_and_two_sided_stroke_is_kept() -> None:
    grey = np.full((100, 100), 20, np.float32)
    grey[:40] = 100
    ink = np.zeros(grey.shape, np.uint8)
    ink[30:40] = 255
    assert not remove_shadow_edges(ink, grey, 80.0).any()
    grey[:30] = 20
    np.testing.assert_array_equal(remove_shadow_edges(ink, grey, 80.0), ink)


def test_picture_covered_by_ink_is_processed() -> None:
    everywhere = np.full((100, 100), 255, np.uint8)
    assert has_shadow(everywhere, 0.16, contrast_share=0.4)
    assert (
        remove_shadow_edges(everywhere, np.full((100, 100), 200, np.float32), 80.0).shape == everywhere.shape
    )
