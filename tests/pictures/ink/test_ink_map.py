import cv2
import numpy as np
import pytest

from inkdigits.pictures.ink.ink_map import find_ink


def compute_overlap(found: np.ndarray, drawn: np.ndarray) -> float:
    """Return the intersection over union of the found and the drawn strokes."""
    a, b = found >= 128, drawn >= 128
    return float((a & b).sum() / (a | b).sum())


def draw_light(shape: tuple[int, int]) -> np.ndarray:
    """Return a light that decreases by 60% from one corner to the opposite one."""
    down, across = np.indices(shape)
    return 1 - 0.6 * (down / shape[0] + across / shape[1]) / 2


@pytest.mark.parametrize("inverted", [False, True])
def test_clean_ink_is_reproduced_exactly_in_both_polarities(two: np.ndarray, inverted: bool) -> None:
    ink = find_ink(two if inverted else 255 - two)
    assert ink.light_on_dark is inverted
    np.testing.assert_array_equal(ink.map, two)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("contrast", [25, 60, 150])
def test_faint_ink_is_stretched_to_full_ink(two: np.ndarray, contrast: int, inverted: bool) -> None:
    paper = 60 if inverted else 200
    sign = 1 if inverted else -1
    picture = (paper + sign * contrast * (two / 255)).astype(np.uint8)
    assert compute_overlap(find_ink(picture).map, two) > 0.97


def test_uneven_light_is_removed(two: np.ndarray) -> None:
    picture = ((255 - 0.6 * two) * draw_light(two.shape)).astype(np.uint8)
    assert compute_overlap(find_ink(picture).map, two) > 0.9


def test_shadow_with_an_edge_is_not_ink(two: np.ndarray) -> None:
    shade = np.ones(two.shape)
    shade[:, 95:] = 0.6
    picture = cv2.GaussianBlur((255 - 0.8 * two) * shade, (0, 0), 1.0).astype(np.uint8)
    assert compute_overlap(find_ink(picture).map, two) > 0.8


def test_ink_map_is_robust_to_sensor_noise(two: np.ndarray) -> None:
    noise = np.random.default_rng(0).normal(0, 12, two.shape)
    picture = np.clip(220 - 0.6 * two + noise, 0, 255).astype(np.uint8)
    assert compute_overlap(find_ink(picture).map, two) > 0.85


@pytest.mark.parametrize(
    ("pen", "paper"),
    [
        ((20, 40, 160), (250, 250, 245)),
        ((200, 30, 40), (250, 250, 245)),
        ((250, 240, 60), (20, 60, 40)),
        ((200, 40, 40), (60, 120, 60)),
        ((0, 90, 200), (150, 90, 20)),
        ((255, 220, 0), (255, 255, 255)),
    ],
)
def test_coloured_ink_on_coloured_paper_is_found(
    two: np.ndarray, pen: tuple[int, ...], paper: tuple[int, ...]
) -> None:
    share = (two / 255)[:, :, np.newaxis]
    picture = (np.array(pen) * share + np.array(paper) * (1 - share)).astype(np.uint8)
    assert compute_overlap(find_ink(picture).map, two) > 0.9


@pytest.mark.parametrize("level", [0, 1, 128, 254, 255])
def test_empty_paper_has_no_ink(level: int) -> None:
    assert not find_ink(np.full((60, 50), level, np.uint8)).map.any()
    assert not find_ink(np.full((1, 1, 3), level, np.uint8)).map.any()


def test_noisy_or_shaded_empty_paper_has_no_ink() -> None:
    rng = np.random.default_rng(3)
    noisy = np.clip(rng.normal(200, 6, (120, 100)), 0, 255).astype(np.uint8)
    assert not find_ink(noisy).map.any()
    assert not find_ink((230 * draw_light((120, 100))).astype(np.uint8)).map.any()
