"""The check of a classifier's outputs: a file can declare one form and compute another."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.errors import ModelError

_TOLERANCE = 1e-3
"""Greatest excess of a probability over 1: a softmax in bfloat16 stays below, logits without a softmax do not."""


def check_outputs(
    probabilities: NDArray[np.float32], is_digit: NDArray[np.float32], n: int, path: Path
) -> None:
    """Check shapes and ranges of the outputs for ``n`` images.

    Parameters
    ----------
    probabilities
        Should be of shape (n, 10), each from 0 to 1.
    is_digit
        Should have n values from 0 to 1.
    n
        Number of images.
    path
        The model, for messages.

    Raises
    ------
    ModelError
        If a shape is another one, or a value is out of range or not a number.
    """
    if probabilities.shape != (n, N_CLASSES) or is_digit.size != n:
        raise ModelError(
            f"expected probabilities of shape ({n}, {N_CLASSES}) and {n} values of is_digit from {path}, "
            f"but got {probabilities.shape} and {is_digit.shape}; export the model again"
        )
    # Written so that NaN fails too.
    if n and not (
        probabilities.min() >= 0
        and probabilities.max() <= 1 + _TOLERANCE
        and is_digit.min() >= 0
        and is_digit.max() <= 1 + _TOLERANCE
    ):
        raise ModelError(
            f"expected probabilities from 0 to 1 from {path}, but got values out of that range; export the model again"
        )
