"""Polarity: which of ink and paper is lighter."""

import numpy as np
import pytest

from inkdigits.pictures.ink.polarity import (
    compute_polarity_features,
    compute_polarity_log_odds,
    estimate_polarity,
)


def shade(picture: np.ndarray, ink: float, paper: float) -> np.ndarray:
    """Return a drawing, 0 to 255, with other levels of ink and paper, ``float32``."""
    return (paper + (ink - paper) * picture.astype(np.float32) / 255).astype(np.float32)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 140), (140, 90)])
def test_strokes_on_even_paper_have_a_clear_polarity(two: np.ndarray, ink: int, paper: int) -> None:
    assert estimate_polarity(shade(two, ink, paper)) == (ink > paper, False)


def test_the_log_odds_of_a_negative_are_the_opposite(two: np.ndarray) -> None:
    grey = shade(two, 30, 200)
    assert compute_polarity_log_odds(255 - grey) == pytest.approx(-compute_polarity_log_odds(grey), rel=0.15)


def test_the_features_of_a_negative_have_the_opposite_sign(two: np.ndarray) -> None:
    features, negative = (
        compute_polarity_features(grey) for grey in (shade(two, 30, 200), shade(two, 225, 55))
    )
    assert features is not None
    assert negative is not None
    assert features.shape == (6,)
    assert (features < 0).all()
    assert (negative > 0).all()


def test_half_and_half_is_doubtful() -> None:
    halves = np.zeros((80, 80), np.float32)
    halves[:, 40:] = 255
    assert estimate_polarity(halves).is_doubtful


def test_even_pictures_have_no_features_and_count_as_dark_ink() -> None:
    even = np.full((40, 30), 128, np.float32)
    assert compute_polarity_features(even) is None
    assert compute_polarity_log_odds(even) == -1


@pytest.mark.parametrize("light", [False, True])
def test_a_thin_line_of_writing_decides_alone_in_a_large_picture(light: bool) -> None:
    """In a copy of 64 pixels the line would be a grey band, so sparse writing has a rule of its own."""
    page = np.full((600, 800), 120, np.float32)
    for x in range(100, 700, 16):
        page[280:320, x : x + 4] = 220 if light else 20
    assert compute_polarity_log_odds(page) == (8 if light else -8)
