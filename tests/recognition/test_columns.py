"""The columns of a strip: what ranges of them say, against every alignment counted one by one."""

import itertools

import numpy as np
import pytest

from inkdigits.errors import ModelError
from inkdigits.recognition.columns import BLANK, N_SYMBOLS, Columns, NumberNetwork, middles_of


def random_columns(n: int, seed: int) -> Columns:
    rng = np.random.default_rng(seed)
    return Columns(rng.dirichlet(np.full(N_SYMBOLS, 0.3), n), scale=0.5)


def collapsed(symbols: tuple[int, ...]) -> list[int]:
    """Read columns as connectionist temporal classification does: repeats are one, blanks are nothing."""
    return [symbol for symbol, _ in itertools.groupby(symbols) if symbol != BLANK]


@pytest.mark.parametrize("seed", range(3))
def test_a_range_says_what_the_sum_over_all_alignments_says(seed: int) -> None:
    columns = random_columns(4, seed)
    said = np.exp(columns.evidence(np.array([[0, 4], [1, 3], [2, 2]])))
    for row, (first, last) in enumerate(((0, 4), (1, 3))):
        own = columns.probabilities[first:last]
        # Three symbols are enough to try: none, one digit, another.
        for symbol in (1, 7):
            expected = 0.0
            for way in itertools.product((BLANK, symbol), repeat=last - first):
                if collapsed(way) == [symbol]:
                    expected += float(np.prod([own[i, each] for i, each in enumerate(way)]))
            assert said[row, symbol] == pytest.approx(expected, rel=1e-9)
        assert said[row, BLANK] == pytest.approx(float(own[:, BLANK].prod()), rel=1e-9)
    assert said[2, BLANK] == 1.0  # an empty range holds nothing
    assert said[2, 1:].max() < 1e-200


def test_middles_are_where_the_likeliest_symbol_changes() -> None:
    shares = np.full((8, N_SYMBOLS), 0.01)
    for column, symbol in enumerate([0, 3, 3, 0, 3, 9, 0, 0]):
        shares[column, symbol] = 0.9
    assert middles_of(shares) == [(2.0, 3), (4.5, 3), (5.5, 9)]


def test_a_place_and_its_column_are_each_other_s_inverse() -> None:
    columns = random_columns(60, 0)
    for x in (0.0, 10.0, 40.0):
        column = columns.column_at(x)
        assert abs((column - 4) / columns.scale - x) <= 1.0  # eight empty pixels come first


def test_another_model_is_no_network_of_numbers() -> None:
    from inkdigits.recognition.onnx_recogniser import shipped_models

    with pytest.raises(ModelError, match="another kind: expected one input strips"):
        NumberNetwork(shipped_models()["classic"])
