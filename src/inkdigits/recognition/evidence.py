"""How much each kind of evidence counts for a candidate digit of a strip, in nats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Scores
from inkdigits.pictures.cuts import Pieces
from inkdigits.recognition.columns import FIRST_DIGIT, OTHER
from inkdigits.recognition.proposals import Proposal

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """The weights, found on numbers of MNIST's test digits that no figure is given for.

    Attributes
    ----------
    columns
        Of what the columns say of a range: that it holds one symbol, or nothing.
    floor
        Below minus this, in nats, the columns say no more.
    label
        Share of the columns in which digit it is; the rest is that of the crop.
    whole, whole_cut
        Of the log-odds that a crop is one whole digit, and of those of a crop that is cut out of touching digits.
    clipped
        Log-odds beyond this are taken as this.
    cut, cut_ink
        Against a cut, and against every stroke width of ink that it crosses.
    join, join_gap
        Against joining two parts that do not hang together, and for a gap of one digit height between them.
    low, wide, tall
        Against a crop that is lower, wider or taller than a digit, for one digit height.
    skip, skipped
        Against leaving out a piece, and one with the ink of a digit.
    """

    columns: float = 4.0
    floor: float = 12.0
    label: float = 0.9
    whole: float = 1.0
    whole_cut: float = 0.3
    clipped: float = 5.0
    cut: float = 1.3
    cut_ink: float = 0.6
    join: float = 0.5
    join_gap: float = 5.5
    low: float = 7.0
    wide: float = 7.0
    tall: float = 2.8
    skip: float = 2.5
    skipped: float = 8.0


WEIGHTS = Weights()


def combined(proposal: Proposal, crops: Scores, weights: Weights = WEIGHTS) -> Scores:
    """Join what the crops say of the candidates with what the columns say of them.

    A crop that is cut out of touching digits lacks strokes and has others': whether that is a digit, the columns
    know better.

    Parameters
    ----------
    proposal
        The candidates.
    crops
        What the recogniser says of their images.
    weights
        ``label`` is used.
    """
    said = proposal.said[:, FIRST_DIGIT:OTHER]
    logs = (1 - weights.label) * np.log(np.maximum(crops.probabilities, 1e-7)) + weights.label * said
    total = np.logaddexp.reduce(logs, axis=1, keepdims=True)
    share = np.exp(
        np.logaddexp.reduce(said, axis=1) - np.logaddexp.reduce(proposal.said[:, FIRST_DIGIT:], axis=1)
    )
    is_digit = np.where(proposal.is_cut, share, crops.is_digit)
    return Scores(np.exp(logs - total).astype(np.float32), is_digit.astype(np.float32))


def of_candidates(proposal: Proposal, crops: Scores, weights: Weights = WEIGHTS) -> Floats:
    """Return all that speaks for each candidate, ``float64`` (n,): columns, crop, shape, gaps inside it."""
    one: Floats = np.logaddexp.reduce(proposal.said[:, FIRST_DIGIT:], axis=1)
    odds = whole_evidence(crops, weights) * np.where(proposal.is_cut, weights.whole_cut, weights.whole)
    total: Floats = weights.columns * np.maximum(one, -weights.floor) + odds
    joins = weights.join * proposal.joins[:, 0] + weights.join_gap * proposal.joins[:, 1]
    return np.asarray(total - _misshapen(proposal, weights) - joins)


def whole_evidence(crops: Scores, weights: Weights = WEIGHTS) -> Floats:
    """Return what each crop says for being one whole digit.

    These are log-odds, so that of two readings the one with fewer digits is not better for that alone.
    """
    share = np.clip(crops.is_digit.astype(np.float64) * crops.confidences, 1e-4, 1 - 1e-4)
    odds = np.log(share) - np.log1p(-share)
    return np.asarray(np.clip(odds - 1.5, -weights.clipped, weights.clipped))


def of_skipping(proposal: Proposal, weights: Weights = WEIGHTS) -> Floats:
    """Return what speaks for leaving out each piece, ``float64`` (n pieces,)."""
    pieces = proposal.pieces
    if pieces is None:
        return np.zeros(0)
    digits = pieces.areas / (2.0 * proposal.height * pieces.stroke)
    nothing = np.maximum(proposal.nothing, -weights.floor)
    return np.asarray(weights.columns * nothing - weights.skip - weights.skipped * digits)


def of_parting(pieces: Pieces, weights: Weights = WEIGHTS) -> Floats:
    """Return what is against ending a digit before each piece, ``float64`` (n pieces + 1,): cuts through ink."""
    parting = np.zeros(len(pieces.boxes) + 1)
    for i, j, ink in pieces.cuts:
        parting[i + 1 : j + 1] -= weights.cut + weights.cut_ink * ink
    return parting


def _misshapen(proposal: Proposal, weights: Weights) -> Floats:
    """Return what is against each candidate for its size and place."""
    height = proposal.height
    _, y, width, tall = np.array(proposal.boxes, np.float64).reshape(-1, 4).T
    too_low = np.maximum(0.0, 0.62 - tall / height)
    too_wide = np.maximum(0.0, width / height - 0.95)
    too_tall = np.maximum(0.0, tall / height - 1.3)
    off_line = np.maximum(0.0, np.abs(y + tall / 2 - (proposal.top + proposal.base) / 2) / height - 0.3)
    return np.asarray(weights.low * (too_low + off_line) + weights.wide * too_wide + weights.tall * too_tall)
