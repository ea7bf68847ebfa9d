"""The limits of a batcher."""

import pytest

from inkdigits.errors import UsageError
from inkdigits.service.batching.limits import BatchLimits


@pytest.mark.parametrize(
    "wrong", [{"largest_batch": 0}, {"n_waiting": 0}, {"longest_wait": -1.0}, {"longest_wait": float("nan")}]
)
def test_impossible_limits_are_refused(wrong):
    with pytest.raises(UsageError):
        BatchLimits(**wrong)
