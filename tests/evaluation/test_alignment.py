from hypothesis import given
from hypothesis import strategies as st

from inkdigits.evaluation.alignment import align

digits = st.text("012", max_size=7)


def distance(true: str, read: str) -> int:
    """The definition, written as it reads."""
    if not true or not read:
        return len(true) + len(read)
    return min(
        distance(true[1:], read[1:]) + (true[0] != read[0]),
        distance(true[1:], read) + 1,
        distance(true, read[1:]) + 1,
    )


@given(digits, digits)
def test_the_alignment_has_the_fewest_differences(true: str, read: str) -> None:
    positions = align(true, read)
    kept = [place for place in positions if place is not None]
    assert len(positions) == len(true)
    assert kept == sorted(set(kept))
    substituted = sum(
        place is not None and read[place] != char for char, place in zip(true, positions, strict=True)
    )
    assert substituted + len(true) - len(kept) + len(read) - len(kept) == distance(true, read)


def test_a_digit_too_many_leaves_the_others_where_they_are() -> None:
    assert align("1234", "10234") == [0, 2, 3, 4]
    assert align("1234", "134") == [0, None, 1, 2]
