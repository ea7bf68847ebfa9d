"""Decoding of a text line, against an enumeration of all outcomes of all candidates."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, OTHER
from inkdigits.recognition.numbers.sequence import TextLine


def candidates(n: int, seed: int, sharpness: float = 3.0) -> Detections:
    """Return random candidates side by side."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.standard_normal((n, N_SYMBOLS))
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    lefts = 20.0 * np.arange(n)
    boxes = np.stack([lefts, np.zeros(n), lefts + 15, np.full(n, 24.0)], axis=1)
    presence = rng.uniform(0.05, 1.0, n)
    return Detections(
        presence.astype(np.float32),
        shares.astype(np.float32),
        boxes.astype(np.float32),
        np.zeros(n, np.float32),
        np.zeros((n, 4), np.float32),
    )


def enumerate_texts(line: TextLine) -> dict[str, float]:
    """Return the probability of every text of digits, by enumeration of all outcomes."""
    texts: dict[str, float] = {}
    for outcome in product(range(11), repeat=len(line.digit_probabilities)):
        text = "".join(str(each) for each in outcome if each < 10)
        probability = float(
            np.prod([row[each] for row, each in zip(line.digit_probabilities, outcome, strict=True)])
        )
        texts[text] = texts.get(text, 0.0) + probability
    return texts


@given(seed=st.integers(0, 10_000), n=st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_the_probability_of_a_text_is_the_sum_over_its_outcomes(seed: int, n: int) -> None:
    line = TextLine.from_detections(candidates(n, seed))
    texts = enumerate_texts(line)
    assert sum(texts.values()) == pytest.approx(1.0, abs=1e-6)
    for text in sorted(texts, key=texts.__getitem__)[-5:]:
        assert line.compute_probability(text) == pytest.approx(texts[text], abs=1e-9)


@given(seed=st.integers(0, 10_000), length=st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_the_most_probable_outcome_of_a_known_length_is_chosen(seed: int, length: int) -> None:
    line = TextLine.from_detections(candidates(3, seed))
    chosen = line.choose_digits(length)
    assert chosen.sum() == length
    best = max(
        float(np.prod([row[each] for row, each in zip(line.digit_probabilities, outcome, strict=True)]))
        for outcome in product(range(11), repeat=3)
        if sum(each < 10 for each in outcome) == length
    )
    assert line.compute_confidence(chosen) == pytest.approx(best, rel=1e-9)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_the_runner_up_is_the_most_probable_change_of_one_candidate(seed: int) -> None:
    line = TextLine.from_detections(candidates(3, seed))
    chosen = line.choose_digits()
    current = np.where(chosen, line.digit_probabilities[:, :10].argmax(axis=1), 10)
    changes = []
    for i, other in product(range(3), range(11)):
        if other != current[i]:
            changed = current.copy()
            changed[i] = other
            changes.append(float(np.prod(line.digit_probabilities[np.arange(3), changed])))
    assert line.find_runner_up(chosen)[2] == pytest.approx(max(changes), rel=1e-6)


def test_the_weights_of_all_segmentations_sum_to_1() -> None:
    line = TextLine.from_detections(candidates(3, 4, sharpness=0.5))
    weights = [np.exp(weight) for weight, _ in line.list_segmentations()]
    nothing = float(np.prod(line.digit_probabilities[:, 10]))
    assert sum(weights) + nothing == pytest.approx(1.0, abs=1e-9)
    assert {len(shares) for _, shares in line.list_segmentations()} == {1, 2, 3}


def test_an_excluded_digit_becomes_the_class_other() -> None:
    found = candidates(1, 0)
    classes = np.zeros((1, N_SYMBOLS), np.float32)
    classes[0, 0], classes[0, 6], classes[0, OTHER] = 0.99, 0.006, 0.004
    clear = replace(found, presence=np.ones(1, np.float32), classes=classes)
    line = TextLine.from_detections(clear, (1, 2, 3, 4, 5, 6, 7, 8, 9))
    assert line.outcomes[0, 0] == 0
    assert line.outcomes[0, OTHER] > 0.8 > line.outcomes[0, 6]
    assert line.outcomes.sum() == pytest.approx(1.0, abs=1e-6)


def test_excluding_a_digit_resolves_an_ambiguity() -> None:
    classes = np.zeros((1, N_SYMBOLS), np.float32)
    classes[0, 1], classes[0, 7] = 0.5, 0.5
    found = candidates(1, 0)
    ambiguous = replace(found, presence=np.ones(1, np.float32), classes=classes)
    assert TextLine.from_detections(ambiguous, (1, 2, 3)).outcomes[0, 1] > 0.9
