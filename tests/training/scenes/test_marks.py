"""Separators and signs: their classes and sizes."""

import numpy as np
import pytest

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.training.scenes.marks import render_separator
from inkdigits.training.scenes.sources import SymbolSources, load_symbol_sources
from inkdigits.training.scenes.writers import random_writer


@pytest.fixture(scope="module")
def sources() -> SymbolSources:
    digits = LabelledImages(np.full((10, SIDE, SIDE), 255, np.uint8), np.arange(N_CLASSES), "blocks")
    return load_symbol_sources(digits)


@pytest.mark.parametrize("symbol", [*SYMBOLS[N_CLASSES:OTHER], *"=÷$()X", '"'])
def test_a_sign_has_its_class_and_ink_of_about_a_digit_s_size(sources: SymbolSources, symbol: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        writer = random_writer(sources, 48.0, rng, "paths")
        sprite = render_separator(symbol, writer, rng)
        assert sprite.symbol == (SYMBOLS.index(symbol) if symbol in SYMBOLS else OTHER)
        assert sprite.ink.max() > 0.5
        height, width = sprite.ink.shape
        assert height < 2.2 * writer.size
        assert width < 3.2 * writer.size
