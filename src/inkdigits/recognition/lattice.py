"""Which cuts and which digits: the most probable reading of one strip, out of all that are proposed.

Pieces of the writing (see `inkdigits.pictures.cuts`) are the steps of a lattice; one to six neighbours
make a candidate digit (see `inkdigits.recognition.proposals`). What a crop says for being one whole digit
is its log-odds, so that of two readings the one with fewer digits is not better for that alone; geometry
and the ink that a cut crosses count as priors.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser, Scores
from inkdigits.pictures.cuts import Pieces
from inkdigits.recognition.paths import Edge, Path, best_paths
from inkdigits.recognition.proposals import Box, Proposal
from inkdigits.recognition.separators import separator_of, stands_apart

_N_PATHS = 12
"""Ways of cutting that are kept."""


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, in nats.

    Attributes
    ----------
    whole
        Of the log-odds that a crop is one whole digit.
    cut, cut_ink
        Against a cut, and against every stroke width of ink that it crosses.
    join, join_gap
        Against joining two parts that do not hang together, and for a gap of one digit height between them.
    low, wide, tall
        Against a crop that is lower, wider or taller than a digit, for one digit height.
    skipped
        Against leaving out a piece with the ink of a digit.
    clipped
        Log-odds beyond this are taken as this.
    """

    whole: float = 0.8
    cut: float = 3.0
    cut_ink: float = 1.0
    join: float = 0.6
    join_gap: float = 5.0
    low: float = 8.0
    wide: float = 9.0
    tall: float = 5.0
    skipped: float = 20.0
    clipped: float = 5.0


WEIGHTS = Weights()


@dataclass(frozen=True)
class Lattice:
    """The readings of one strip.

    Attributes
    ----------
    paths
        The best ways of cutting, the best first; empty where nothing can be read.
    log_weights
        ``float64`` (n paths,): log-probability of each, among these.
    boxes
        Box of every candidate, in pixels of the strip.
    images
        ``uint8`` (n candidates, 28, 28).
    scores
        What the recogniser says of the candidates.
    """

    paths: tuple[Path, ...]
    log_weights: NDArray[np.float64]
    boxes: tuple[Box, ...]
    images: NDArray[np.uint8]
    scores: Scores

    def spellings(self) -> list[tuple[float, NDArray[np.float64]]]:
        """Return the log-weight of each way of cutting and the probabilities (length, 10) of its digits."""
        probabilities = self.scores.probabilities.astype(np.float64)
        return [
            (float(weight), probabilities[list(path.candidates)])
            for weight, path in zip(self.log_weights, self.paths, strict=True)
        ]

    def texts(self) -> list[tuple[str, float]]:
        """Return the most probable texts with their probabilities, the best first."""
        found: dict[str, float] = {}
        for weight, path in zip(self.log_weights, self.paths, strict=True):
            rows = self.scores.probabilities[list(path.candidates)].astype(np.float64)
            labels = rows.argmax(axis=1)
            whole = float(np.exp(weight) * rows.max(axis=1).prod()) if len(rows) else float(np.exp(weight))
            text = path.text(labels)
            found[text] = found.get(text, 0.0) + whole
            for place, row in enumerate(rows):
                other = int(np.where(np.arange(10) == labels[place], -1, row).argmax())
                changed = labels.copy()
                changed[place] = other
                text = path.text(changed)
                found[text] = found.get(text, 0.0) + whole * float(row[other] / row[labels[place]])
        return sorted(found.items(), key=lambda each: -each[1])


def read_strips(
    strips: list[tuple[NDArray[np.uint8], float]],
    recogniser: Recogniser,
    length: int | None = None,
    weights: Weights = WEIGHTS,
) -> list[Lattice]:
    """Find the best readings of several strips, scored together in two batches.

    Parameters
    ----------
    strips
        For each its ink, ``uint8`` of shape (h, w), level, and the typical height of its digits in pixels.
    recogniser
        Scores the candidates.
    length
        How many digits each has, where it is known.
    weights
        How much each kind of evidence counts.

    Returns
    -------
    list of Lattice
        One for every strip.
    """
    proposals = [Proposal(ink, height) for ink, height in strips]
    for proposal in proposals:
        proposal.propose_wholes()
    firsts = [0] * len(proposals)
    wholes = _score_from(proposals, firsts, recogniser)
    firsts = [len(proposal.images) for proposal in proposals]
    for proposal, scores in zip(proposals, wholes, strict=True):
        proposal.propose_rest(scores, length)
    rests = _score_from(proposals, firsts, recogniser)
    return [
        _decide(proposal, _joined(whole, rest), length, weights)
        for proposal, whole, rest in zip(proposals, wholes, rests, strict=True)
    ]


def _score_from(proposals: list[Proposal], firsts: list[int], recogniser: Recogniser) -> list[Scores]:
    """Score the candidates of every proposal from a given one on, all in one batch."""
    images = [proposal.images[first:] for proposal, first in zip(proposals, firsts, strict=True)]
    every = [image for own in images for image in own]
    scores = recogniser.score(np.stack(every) if every else np.zeros((0, 28, 28), np.uint8))
    ends = np.cumsum([0] + [len(own) for own in images]).tolist()
    return [
        Scores(scores.probabilities[start:stop], scores.is_digit[start:stop])
        for start, stop in itertools.pairwise(ends)
    ]


def _joined(one: Scores, other: Scores) -> Scores:
    return Scores(
        np.concatenate([one.probabilities, other.probabilities]),
        np.concatenate([one.is_digit, other.is_digit]),
    )


def _decide(proposal: Proposal, scores: Scores, length: int | None, weights: Weights) -> Lattice:
    pieces, height = proposal.pieces, proposal.height
    images = np.stack(proposal.images) if proposal.images else np.zeros((0, 28, 28), np.uint8)
    if pieces is None:
        return Lattice((), np.zeros(0), (), images, scores)
    n = len(pieces.boxes)
    top, base = _band(pieces, height)
    whole = whole_evidence(scores, weights)
    parting = np.zeros(n + 1)
    for i, j, ink in pieces.cuts:
        parting[i + 1 : j + 1] -= weights.cut + weights.cut_ink * ink
    edges = []
    for index, ((first, last), box) in enumerate(zip(proposal.spans, proposal.boxes, strict=True)):
        shape = _shape_penalty(box, top, base, height, weights)
        joins = _join_penalty(pieces, first, last, height, weights)
        score = float(whole[index]) + shape + joins + float(parting[last + 1])
        edges.append(Edge(first, last + 1, score, index, ""))
    digit_ink = 2.0 * height * pieces.stroke
    for i in range(n):
        box = pieces.boxes[i]
        skip = -2.5 - weights.skipped * float(pieces.areas[i]) / digit_ink
        edges.append(Edge(i, i + 1, skip + float(parting[i + 1]), None, ""))
        alone = all(i not in (a, b) for a, b, _ in pieces.cuts)
        alone = alone and stands_apart(pieces.boxes, i, height)
        mark = separator_of(box, float(pieces.areas[i]), top, base, pieces.stroke) if alone else None
        # No number begins with a point or ends in a dash: there it is a speck.
        if mark is not None and i < n - 1 and (i > 0 or mark[0] == "-"):
            edges.append(Edge(i, i + 1, mark[1], None, mark[0]))
    paths = best_paths(edges, n, length, _N_PATHS)
    if not paths and length is not None:
        paths = best_paths(edges, n, None, _N_PATHS)
    totals = np.array([path.score for path in paths])
    log_weights = totals - _log_sum(totals) if len(totals) else totals
    return Lattice(tuple(paths), log_weights, tuple(proposal.boxes), images, scores)


def whole_evidence(scores: Scores, weights: Weights = WEIGHTS) -> NDArray[np.float64]:
    """Return what each crop says for being one whole digit, in nats."""
    share = np.clip(scores.is_digit.astype(np.float64) * scores.confidences, 1e-4, 1 - 1e-4)
    odds = np.log(share) - np.log1p(-share)
    return np.asarray(weights.whole * np.clip(odds - 1.5, -weights.clipped, weights.clipped))


def _band(pieces: Pieces, height: float) -> tuple[float, float]:
    """Return the top and the base of the line, y in pixels of the strip."""
    tall = pieces.boxes[pieces.boxes[:, 3] >= 0.6 * height]
    tall = tall if len(tall) else pieces.boxes
    return float(np.median(tall[:, 1])), float(np.median(tall[:, 1] + tall[:, 3]))


def _shape_penalty(box: Box, top: float, base: float, height: float, weights: Weights) -> float:
    _, y, width, tall = box
    too_low = max(0.0, 0.62 - tall / height)
    too_wide = max(0.0, width / height - 0.95)
    too_tall = max(0.0, tall / height - 1.3)
    off_line = max(0.0, abs((y + tall / 2) - (top + base) / 2) / height - 0.3)
    return -(weights.low * (too_low + off_line) + weights.wide * too_wide + weights.tall * too_tall)


def _join_penalty(pieces: Pieces, first: int, last: int, height: float, weights: Weights) -> float:
    """Return what is against taking pieces together that do not hang together."""
    hanging = {(i, j) for i, j, _ in pieces.cuts}
    penalty = 0.0
    right = int(pieces.boxes[first, 0] + pieces.boxes[first, 2])
    for i in range(first + 1, last + 1):
        left, width = int(pieces.boxes[i, 0]), int(pieces.boxes[i, 2])
        if not any((j, i) in hanging for j in range(first, i)):
            overlap = max(0.0, (right - left) / max(1, min(width, int(pieces.boxes[i - 1, 2]))))
            penalty -= weights.join * (1.0 - min(1.0, overlap))
            penalty -= weights.join_gap * max(0.0, left - right) / height
        right = max(right, left + width)
    return penalty


def _log_sum(values: NDArray[np.float64]) -> float:
    highest = float(values.max())
    return highest + float(np.log(np.exp(values - highest).sum()))
