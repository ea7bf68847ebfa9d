"""Rejection: the reasons, the limits on the size of the ink, and the decision for one classified digit.

The thresholds of the probabilities are not here. Those of a single digit that classifier and detector read together are
in `inkdigits.recognition.single_digit`; all others are fields of the model's card, `inkdigits.recognition.model_card`.
The digits of numbers in lines and on pages are decided in `inkdigits.recognition.numbers.number`.
"""

from inkdigits.recognition.model_card import ModelCard

BLANK = "blank"
"""The picture or the cell has no ink."""

NOT_A_DIGIT = "not_a_digit"
"""The ink is not a digit: a letter, a scribble, a drawing, noise, a dot, a dash."""

UNSURE = "unsure"
"""The ink may be a digit, but its most probable label is below the threshold."""

_MIN_HEIGHT = 4
"""Least height of a digit, in pixels: lower ink cannot be distinguished from a speck."""

_MAX_ASPECT_RATIO = 2.5
"""Greatest width over height of a digit: wider ink is a dash."""


def find_rejection_reason(
    card: ModelCard, confidence: float, is_digit: float, size: tuple[int, int]
) -> str | None:
    """Return the reason to reject a crop, or None if it is accepted.

    Parameters
    ----------
    card
        The model card, with the thresholds.
    confidence
        Probability of the most probable digit, in [0, 1].
    is_digit
        Probability that the crop is a digit, in [0, 1].
    size
        Width and height of the ink, in pixels of the picture as given. They are not in the normal form, in which an
        enlarged dot or dash resembles a digit.

    Returns
    -------
    str or None
        `NOT_A_DIGIT`, `UNSURE` or None.
    """
    width, height = size
    if height < _MIN_HEIGHT or width > _MAX_ASPECT_RATIO * height:
        return NOT_A_DIGIT
    if is_digit < card.is_digit_threshold:
        return NOT_A_DIGIT
    if confidence < card.threshold:
        return UNSURE
    return None
