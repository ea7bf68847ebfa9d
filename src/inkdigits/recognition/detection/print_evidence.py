"""Tell print from handwriting: the evidence of the symbols of a number, and of all numbers of a picture, together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_N_ITERATIONS = 50
"""Iterations of the estimate of the share of print. With 500 all symbols of the development pages are decided alike."""


def find_printed(
    scores: NDArray[np.float32], weights: NDArray[np.float32], groups: Sequence[NDArray[np.int64]]
) -> NDArray[np.bool_]:
    """Decide which symbols are printed.

    The symbols of a number are all printed or all written by hand, and their mean evidence decides. The odds of print
    before that evidence are those of the picture: neat digits among many of the same writer are handwriting, and those
    on a printed page are print.

    Parameters
    ----------
    scores
        ``float32`` (n,): print score of each symbol, in [0, 1]; 0.5 is undecided in a picture of which half is printed.
    weights
        ``float32`` (n,): weight of each symbol, such as its presence, in [0, 1].
    groups
        ``int64`` indices of the symbols of each number; every symbol is in one group.

    Returns
    -------
    ndarray
        ``bool`` (n,): whether each symbol is printed.

    References
    ----------
    M. Saerens, P. Latinne and C. Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 14(1), 2002: the share of print is estimated by expectation maximisation, here with one printed
    and one handwritten symbol added.
    """
    clipped = np.clip(scores.astype(np.float64), 1e-4, 1 - 1e-4)
    logits = np.log(clipped / (1 - clipped))
    sizes = np.array([float(weights[group].sum()) for group in groups])
    evidence = np.array(
        [
            float(logits[group] @ weights[group]) / max(size, 1e-9)
            for group, size in zip(groups, sizes, strict=True)
        ]
    )
    share = 0.5
    for _ in range(_N_ITERATIONS):
        printed = 1 / (1 + np.exp(-evidence - np.log(share / (1 - share))))
        share = float((printed @ sizes + 1) / (sizes.sum() + 2))
    is_printed = np.zeros(len(scores), bool)
    for group, probability in zip(groups, printed, strict=True):
        is_printed[group] = probability > 0.5
    return is_printed
