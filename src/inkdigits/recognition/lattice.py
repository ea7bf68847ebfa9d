"""Which cuts and which digits: the most probable reading of one strip, out of all that are proposed.

Pieces of the writing (see `inkdigits.pictures.cuts`) are the steps of a lattice; one or more neighbours make a
candidate digit (see `inkdigits.recognition.proposals`). The network of numbers says how far the columns under a
candidate hold one digit (see `inkdigits.recognition.columns`), the recogniser how far its crop is one, and
geometry counts too (see `inkdigits.recognition.evidence`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser, Scores
from inkdigits.recognition.evidence import WEIGHTS, Weights, combined, of_candidates, of_parting, of_skipping
from inkdigits.recognition.paths import Edge, Path, best_paths
from inkdigits.recognition.proposals import Box, Proposal

_N_PATHS = 12
"""Ways of cutting that are kept."""

_N_PATHS_OF_LENGTH = 3
"""Ways of cutting into a number of digits that is asked for."""


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
        ``uint8`` (28, 28), by the index of the candidate: of those on the paths.
    scores
        What the recogniser and the columns say of the candidates together; of the others on no path, the columns.
    """

    paths: tuple[Path, ...]
    log_weights: NDArray[np.float64]
    boxes: tuple[Box, ...]
    images: dict[int, NDArray[np.uint8]]
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
    lengths: Sequence[int] = (),
    weights: Weights = WEIGHTS,
) -> list[Lattice]:
    """Find the best readings of several strips, the candidates of all of them scored together.

    A candidate that the recogniser has not seen has the benefit of the doubt: it counts as one digit beyond doubt.
    Those on the best paths are shown to it, until it has seen all that are on them. No other candidate could be on a
    better path then, so that most need never be seen.

    Parameters
    ----------
    strips
        For each its ink, ``uint8`` of shape (h, w), level, and the typical height of its digits in pixels.
    recogniser
        Scores the candidates.
    length
        How many digits each has, where it is known.
    lengths
        Numbers of digits of which the best ways of cutting are kept as well, however unlikely: those of a list.
    weights
        How much each kind of evidence counts.

    Returns
    -------
    list of Lattice
        One for every strip.
    """
    is_told = length is not None or len(lengths) > 0
    proposals = [Proposal(ink, height, is_told) for ink, height in strips]
    scored = [_BenefitOfDoubt(len(proposal.spans)) for proposal in proposals]
    lattices: dict[int, Lattice] = {}
    unsettled = list(range(len(proposals)))
    while unsettled:
        asked = []
        for strip in unsettled:
            lattices[strip] = lattice = decide(
                proposals[strip], scored[strip].scores, length, lengths, weights
            )
            new = [index for index in lattice.images if index not in scored[strip].known]
            asked += [(strip, index, lattice.images[index]) for index in new]
        if asked:
            answer = recogniser.score(np.stack([image for _, _, image in asked]))
            for place, (strip, index, _) in enumerate(asked):
                scored[strip].take(index, answer, place)
        unsettled = sorted({strip for strip, _, _ in asked})
    return [lattices[strip] for strip in range(len(proposals))]


class _BenefitOfDoubt:
    """What the recogniser says of the candidates of one strip; of those it has not seen, the best that it can say."""

    def __init__(self, n: int) -> None:
        self.known: set[int] = set()
        surely = np.zeros((n, 10), np.float32)
        surely[:, 0] = 1.0
        self.scores = Scores(surely, np.ones(n, np.float32))

    def take(self, index: int, answer: Scores, place: int) -> None:
        """Take what the recogniser answered in one place for one candidate."""
        self.known.add(index)
        self.scores.probabilities[index] = answer.probabilities[place]
        self.scores.is_digit[index] = answer.is_digit[place]


def decide(
    proposal: Proposal,
    crops: Scores,
    length: int | None = None,
    lengths: Sequence[int] = (),
    weights: Weights = WEIGHTS,
) -> Lattice:
    """Find the best readings of one strip, given what the recogniser says of its candidates' images."""
    pieces = proposal.pieces
    if pieces is None:
        return Lattice((), np.zeros(0), (), {}, crops)
    n = len(pieces.boxes)
    parting = of_parting(pieces, weights)
    edges = [
        Edge(first, last + 1, score + float(parting[last + 1]), index, "")
        for index, ((first, last), score) in enumerate(
            zip(proposal.spans, of_candidates(proposal, crops, weights).tolist(), strict=True)
        )
    ]
    for i, skip in enumerate(of_skipping(proposal, weights).tolist()):
        edges.append(Edge(i, i + 1, skip + float(parting[i + 1]), None, ""))
        if i in proposal.separators:
            mark, score = proposal.separators[i]
            score += weights.columns * max(float(proposal.nothing[i]), -weights.floor)
            edges.append(Edge(i, i + 1, score, None, mark))
    paths = best_paths(edges, n, length, _N_PATHS)
    if not paths and length is not None:
        paths = best_paths(edges, n, None, _N_PATHS)
    for each in lengths:
        paths += [path for path in best_paths(edges, n, each, _N_PATHS_OF_LENGTH) if path not in paths]
    totals = np.array([path.score for path in paths])
    log_weights = totals - np.logaddexp.reduce(totals) if len(totals) else totals
    images = {index: proposal.image(index) for path in paths for index in path.candidates}
    return Lattice(
        tuple(paths), log_weights, tuple(proposal.boxes), images, combined(proposal, crops, weights)
    )
