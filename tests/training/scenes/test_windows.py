"""Drawn windows: the same for the same seed, with ink where a symbol is said to stand, and every kind of symbol."""

from dataclasses import replace
from string import ascii_letters

import numpy as np
import pytest

from inkdigits.contract import SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, N_SYMBOLS, OTHER
from inkdigits.training.scenes import grids
from inkdigits.training.scenes.digits import render_digit
from inkdigits.training.scenes.framing import IGNORED
from inkdigits.training.scenes.grids import render_grid
from inkdigits.training.scenes.lines import PlacedSymbol, random_line_style, render_line
from inkdigits.training.scenes.marks import render_separator, strike_out, write_over
from inkdigits.training.scenes.papers import draw_block
from inkdigits.training.scenes.sources import (
    SymbolSources,
    load_pen_digits,
    load_symbol_sources,
    split_strokes,
)
from inkdigits.training.scenes.texts import GAP, LETTER, random_form_text, random_text, random_word
from inkdigits.training.scenes.windows import N_TARGETS, SHAPES, Window, draw_window, make_targets
from inkdigits.training.scenes.writers import random_writer


@pytest.fixture(scope="module")
def sources() -> SymbolSources:
    images = np.zeros((20, SIDE, SIDE), np.uint8)
    images[:, 4:24, 8:20] = 255
    return load_symbol_sources(LabelledImages(images, np.arange(20) % 10, "blocks"))


def test_the_same_seed_draws_the_same_window(sources: SymbolSources) -> None:
    for shape in SHAPES:
        one, other = (draw_window(shape, sources, np.random.default_rng(4)) for _ in range(2))
        assert one.image.shape == shape
        assert one.image.dtype == np.uint8
        np.testing.assert_array_equal(one.image, other.image)
        assert one.symbols == other.symbols


def test_windows_hold_every_kind_of_symbol_and_both_polarities(sources: SymbolSources) -> None:
    rng = np.random.default_rng(1)
    windows = [draw_window(SHAPES[i % 3], sources, rng) for i in range(600)]  # slashes are rare
    assert {each.symbol for window in windows for each in window.symbols} - {IGNORED} == set(range(N_SYMBOLS))
    assert {each.printed for window in windows for each in window.symbols} == {False, True}
    medians = np.array([np.median(window.image) for window in windows])
    assert (medians < 90).sum() > 15
    assert (medians > 160).sum() > 40


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_has_the_height_of_its_hand(sources: SymbolSources, digit: int) -> None:
    rng = np.random.default_rng(digit)
    for _ in range(20):
        writer = random_writer(sources, 48.0, rng)
        sprite = render_digit(digit, writer, sources, rng)
        low = 0.25 if digit == 0 or writer.font is not None else 0.6
        high = 1.9 * (writer.one if digit == 1 else 1.0)
        assert low * 48 < sprite.ink.shape[0] < high * 48
        assert sprite.symbol == digit
        assert 0 <= sprite.ink.min() <= sprite.ink.max() <= 1
        assert sprite.ink.max() > 0.4


def test_the_digits_of_a_number_become_smaller(sources: SymbolSources) -> None:
    rng = np.random.default_rng(3)
    writer = replace(
        random_writer(sources, 48.0, rng, "allographs"), last=0.5, wobble=0.0, care=0.0, zero=1.0
    )
    style = replace(random_line_style(writer, rng), slope=0.0, curve=0.0, struck=0.0)
    line = render_line(np.zeros((120, 900), np.float32), f"8888{GAP}8", 5, 100, writer, style, sources, rng)
    heights = [each.box[3] for each in line]
    assert heights[0] > heights[1] > heights[2] > heights[3]
    assert heights[3] == pytest.approx(heights[0] / 2, rel=0.15)
    assert heights[4] == pytest.approx(heights[0], rel=0.1)  # the next number begins anew


def test_a_digit_written_over_another_keeps_its_class_and_its_place(sources: SymbolSources) -> None:
    rng = np.random.default_rng(4)
    for _ in range(10):
        writer = random_writer(sources, 48.0, rng, "allographs")
        earlier, upper = (render_digit(digit, writer, sources, rng) for digit in (1, 8))
        both = write_over(upper, earlier, writer, rng)
        assert both.symbol == 8
        assert both.top <= upper.top
        assert both.ink.sum() > upper.ink.sum()
        assert both.ink.sum() <= upper.ink.sum() + earlier.ink.sum() + 1e-3


@pytest.mark.parametrize("symbol", [*".,-/:+×=÷$X()", '"'])
def test_separators_stand_where_separators_stand(sources: SymbolSources, symbol: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        writer = random_writer(sources, 48.0, rng)
        sprite = render_separator(symbol, writer, rng)
        middle = sprite.top + sprite.ink.shape[0] / 2
        if symbol in ".,":
            assert middle > -0.35 * 48
        elif symbol in "-=÷":
            assert -0.9 * 48 < middle < -0.1 * 48


def test_the_letters_of_words_are_none_of_the_digits(sources: SymbolSources) -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        text = random_word(rng)
        writer = random_writer(sources, 40.0, rng, "printed")
        line = render_line(
            np.zeros((120, 600), np.float32),
            text,
            5,
            80,
            writer,
            random_line_style(writer, rng),
            sources,
            rng,
        )
        assert sum(letter.isalpha() for letter in text) >= 2
        assert all(each.symbol >= 10 for each in line)
        assert all(each.printed for each, letter in zip(line, text, strict=True) if letter.isalpha())


def test_what_is_printed_on_a_form_is_mostly_words() -> None:
    rng = np.random.default_rng(3)
    text = "".join(random_form_text(60, rng) for _ in range(50))
    assert 0.02 < sum(map(str.isdigit, text)) / len(text) < 0.3
    assert sum(map(str.isalpha, text)) > 0.5 * len(text)


def test_a_hand_of_images_writes_some_digits_in_forms_of_its_own(sources: SymbolSources) -> None:
    rng = np.random.default_rng(6)
    hands = [random_writer(sources, 40.0, rng, "images") for _ in range(400)]
    ones, eights = (np.mean([digit in writer.own_forms for writer in hands]) for digit in (1, 8))
    assert ones > 3 * eights > 0
    # The images of this sources are filled blocks, and a pen's strokes are not.
    block, written = (
        render_digit(3, replace(hands[0], own_forms=forms, slant=0.0, care=0.0), sources, rng).ink
        for forms in (frozenset(), frozenset({3}))
    )
    assert block.mean() > 0.75 > written.mean()


def test_some_hands_write_every_1_as_a_bare_stroke(sources: SymbolSources) -> None:
    rng = np.random.default_rng(2)
    hands = [random_writer(sources, 40.0, rng, "images") for _ in range(400)]
    bare = [writer for writer in hands if writer.forms[1].name == "stick" and 1 in writer.own_forms]
    assert 0.2 < len(bare) / len(hands) < 0.4
    ink = render_digit(1, replace(bare[0], slant=0.0, care=0.0, pen=3.0), sources, rng).ink
    assert ink.shape[1] < 0.35 * ink.shape[0]


def test_the_cells_of_a_grid_hold_a_symbol_each_and_lie_between_rules(
    sources: SymbolSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "_SINGLE_ROWS", 0.0)
    rng = np.random.default_rng(4)
    for _ in range(20):
        ink, rules = np.zeros((2, 192, 320), np.float32)
        writer = replace(random_writer(sources, 30.0, rng, "images"), aspect=1.0, slant=0.0, wobble=0.02)
        placed = render_grid(ink, rules, 30.0, writer, sources, rng)
        assert rules.max() > 0.25
        middles = np.array([(x + w / 2, y + h / 2) for x, y, w, h in (each.box for each in placed)])
        apart = np.abs(middles[:, np.newaxis] - middles).max(axis=2) + 1e3 * np.eye(len(middles))
        assert len(placed) < 2 or apart.min() > 10
        digits = [each for each in placed if each.symbol < 10]
        assert all(
            ink[max(0, y) : y + h, max(0, x) : x + w].max(initial=1) > 0.3
            for x, y, w, h in (d.box for d in digits)
        )


def test_a_row_of_boxes_has_words_around_it_and_gaps_in_its_rules(
    sources: SymbolSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "_SINGLE_ROWS", 1.0)
    pixels = {}
    for broken in (0.0, 1.0):
        monkeypatch.setattr(grids, "_BROKEN", broken)
        rng, n_letters, n_ones, n_digits, pixels[broken] = np.random.default_rng(4), 0, 0, 0, 0
        for _ in range(60):
            ink, rules = np.zeros((2, 192, 320), np.float32)
            placed = render_grid(ink, rules, 30.0, random_writer(sources, 30.0, rng, "images"), sources, rng)
            rows = np.flatnonzero((rules > 0.2).mean(axis=1) > 0.02)
            assert not len(rows) or np.ptp(rows) < 30.0 * 2.6 + 40
            n_letters += sum(each.symbol == OTHER for each in placed)
            n_ones += sum(each.symbol == 1 for each in placed)
            n_digits += sum(each.symbol < 10 for each in placed)
            pixels[broken] += int((rules > 0.2).sum())
        assert n_letters > 200
        assert 0.12 < n_ones / n_digits < 0.3
    assert 0.3 < pixels[1.0] / pixels[0.0] < 0.95


def test_a_dark_bar_hides_no_symbol() -> None:
    rng = np.random.default_rng(0)
    drawn = 0
    for _ in range(100):
        ink = np.zeros((96, 320), np.float32)
        draw_block(ink, 48.0, [(40, 30, 200, 40)], rng)
        drawn += bool(ink.any())
        assert not ink[30:70, 40:240].any()
    assert drawn > 50


def test_a_digit_crossed_out_keeps_its_ink_and_is_none(sources: SymbolSources) -> None:
    rng = np.random.default_rng(4)
    writer = random_writer(sources, 48, rng)
    for _ in range(10):
        digit = render_digit(8, writer, sources, rng)
        struck = strike_out(digit, writer, rng)
        margin = digit.top - struck.top
        kept = struck.ink[margin:-margin, margin:-margin]
        assert struck.symbol == OTHER
        assert (kept >= digit.ink).all()
        assert struck.ink.sum() > 1.1 * digit.ink.sum()


def test_texts_hold_only_what_can_be_written() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        text = random_text(8, rng)
        assert len(text) >= 8
        assert set(text) <= set('0123456789.,-/:+×=÷"$()' + ascii_letters) | {GAP, LETTER}


def test_targets_lie_where_the_symbols_are() -> None:
    box = (30, 10, 16, 24)
    window = Window(np.zeros((48, 160), np.uint8), (PlacedSymbol(7, box, True),))
    targets = make_targets(window)
    assert targets.shape == (48 // CELL_HEIGHT, 160 // CELL_WIDTH, N_TARGETS)
    ((row, column),) = np.argwhere(targets[..., 0] == 1.0)
    assert (row, column) == ((10 + 12) // CELL_HEIGHT, (30 + 8) // CELL_WIDTH)
    assert targets[row, column, 1] == 7
    x, y = (column + 0.5) * CELL_WIDTH, (row + 0.5) * CELL_HEIGHT
    left, top, right, bottom = targets[row, column, 2:6] * 8
    assert (x - left, y - top, x + right, y + bottom) == pytest.approx((30, 10, 46, 34))
    assert targets[row, column, 6] == 1.0
    assert (targets[..., 7] == 1.0).all()
    for quarters, symbol in ((0, 7), (3, OTHER), (2, IGNORED)):
        turned = replace(window, quarters=quarters, symbols=(replace(window.symbols[0], symbol=symbol),))
        expected = np.full(targets.shape[:2], 4)
        expected[row, column] = quarters
        np.testing.assert_array_equal(make_targets(turned)[..., 8], expected)


def test_a_symbol_cut_off_by_the_edge_is_left_open_and_a_scrap_of_it_is_nothing() -> None:
    half = make_targets(Window(np.zeros((48, 160), np.uint8), (PlacedSymbol(7, (150, 10, 20, 24), False),)))
    assert (half[..., 0] < 1.0).all()
    assert (half[..., 7] == 0.0).any()
    scrap = make_targets(Window(np.zeros((48, 160), np.uint8), (PlacedSymbol(7, (155, 10, 20, 24), False),)))
    assert (scrap[..., 0] == 0.0).all()
    assert (scrap[..., 7] == 1.0).all()
    known, open_one = PlacedSymbol(7, (40, 10, 20, 24), False), PlacedSymbol(IGNORED, (55, 10, 20, 24), False)
    for symbols in ((known, open_one), (open_one, known)):
        targets = make_targets(Window(np.zeros((48, 160), np.uint8), symbols))
        ((row, column),) = np.argwhere(targets[..., 0] == 1.0)
        assert targets[row, column, 7] == 1.0
    undecided = make_targets(
        Window(np.zeros((48, 160), np.uint8), (PlacedSymbol(IGNORED, (50, 10, 20, 24), False),))
    )
    assert (undecided[..., 0] == 0.0).all()
    assert undecided[2, 15, 7] == 0.0


def test_pen_paths_are_parted_where_the_pen_was_lifted() -> None:
    points, labels = load_pen_digits()
    assert points.shape == (10992, 8, 2)
    assert 0 <= points.min() <= points.max() <= 1
    lifted = {
        digit: np.mean([len(split_strokes(p, digit)) == 2 for p in points[labels == digit]])
        for digit in range(10)
    }
    assert lifted[7] > 0.8
    assert 0.45 < lifted[5] < 0.7
    assert 0.3 < lifted[4] < 0.5
    assert all(share == 0 for digit, share in lifted.items() if digit not in (4, 5, 7))
