"""The fonts' two halves stay apart, and the stored glyphs are what the list says."""

import numpy as np

from inkdigits.training.synthetic.fonts import (
    EVALUATION_FONTS,
    FOREIGN,
    GLYPH_HEIGHT,
    LETTERS,
    SYMBOLS,
    TRAINING_FONTS,
    draw_font_digits,
    draw_glyph,
    training_glyphs,
)


def test_no_font_and_no_package_in_both_halves():
    for attribute in ("package", "files"):
        halves = [
            {name for package in half for name in np.atleast_1d(getattr(package, attribute))}
            for half in (TRAINING_FONTS, EVALUATION_FONTS)
        ]
        assert not halves[0] & halves[1]
    assert min(len(TRAINING_FONTS), len(EVALUATION_FONTS)) >= 8


def test_training_fonts_have_licences_that_leave_renderings_free():
    assert {package.licence for package in TRAINING_FONTS} <= {"OFL-1.1", "BSD-3-Clause", "public domain"}


def test_stored_glyphs_come_from_training_fonts_alone():
    glyphs = training_glyphs()
    assert set(glyphs.fonts) == {name for package in TRAINING_FONTS for name in package.files}
    assert set(glyphs.characters) <= set("0123456789" + LETTERS + SYMBOLS + FOREIGN)
    assert not set(LETTERS + SYMBOLS + FOREIGN) & set("0123456789OIlSZ")
    for picture in glyphs.pictures:
        assert max(picture.shape) == GLYPH_HEIGHT
        assert set(np.unique(picture)) == {0, 255}


def test_every_digit_comes_in_many_hands():
    glyphs = training_glyphs()
    for digit in "0123456789":
        assert len(glyphs.indices_of(digit)) >= 20


def test_font_digits_keep_the_contract_and_their_seed():
    images, labels = draw_font_digits(200, np.random.default_rng(0))
    assert images.shape == (200, 28, 28)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(labels, minlength=10), 20)
    again, _ = draw_font_digits(200, np.random.default_rng(0))
    np.testing.assert_array_equal(images, again)


def test_glyphs_vary_but_keep_their_shape():
    glyphs = training_glyphs()
    rng = np.random.default_rng(1)
    one, eight = (glyphs.pictures[glyphs.indices_of(digit)[0]] for digit in "18")
    ones, eights = (np.stack([draw_glyph(picture, rng) for _ in range(20)]) for picture in (one, eight))
    assert len(np.unique(ones.reshape(20, -1), axis=0)) == 20
    centre = ones.mean(axis=0).astype(float), eights.mean(axis=0).astype(float)
    for image in ones:
        assert np.abs(image - centre[0]).mean() < np.abs(image - centre[1]).mean()
