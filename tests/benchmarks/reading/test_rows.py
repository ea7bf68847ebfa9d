import re

import cv2
import numpy as np
import pytest

from benchmarks.reading.rows import ROWS, example_of

WITHOUT_FONTS = [row for row in ROWS.values() if not row.needs_fonts]
TRUTHS = {
    "boxes": r"(?=.*\d)(?=.*_)[\d_]{8}",
    "boxes-untold": r"(?=.*\d)(?=.*_)[\d_]{8}",
    "sudoku": r"(?=.*[1-9])(?=.*_)[1-9_]{81}",
    "pages": r"\d{1,6}( \d{1,6})+",
    "numbers-separated": r"\d{5}",
    "numbers-touching": r"\d{5}",
    "numbers-touching-told": r"\d{5}",
    "numbers-by-overlap": r"\d{5}",
    "numbers-by-length": r"\d{1,10}",
    "numbers-bent": r"\d{4,8}",
    "rosters": r"\d{5,8}",
    "separators": r"(?=.*[.,-])[\d.,-]+",
    "blanks": "",
    "refusals": "",
    "crossed-out": "",
}


@pytest.mark.parametrize("row", WITHOUT_FONTS, ids=lambda row: row.name)
def test_a_row_draws_pictures_with_a_truth_of_its_kind(row, sources):
    for index in range(3):
        example = example_of(row, sources, index)
        assert re.fullmatch(TRUTHS.get(row.name, r"\d"), " ".join(example.truth))
        picture = example.picture
        if isinstance(picture, bytes):
            picture = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert picture.dtype in (np.uint8, bool)
        assert picture.ndim == 2 or picture.shape[2] in (3, 4)
        if example.truth:
            assert int(picture.max()) > int(picture.min())


@pytest.mark.parametrize("name", ["photos-and-scans", "boxes", "numbers-touching"])
def test_an_example_depends_on_nothing_but_its_row_and_index(name, sources):
    def content(index):
        picture = example_of(ROWS[name], sources, index).picture
        return picture if isinstance(picture, bytes) else picture.tobytes()

    forwards = [content(index) for index in range(4)]
    backwards = [content(index) for index in reversed(range(4))]
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == 4


@pytest.mark.parametrize("name", ["photos-and-scans-told", "numbers-touching-told", "boxes-untold"])
def test_a_row_told_more_reads_the_very_same_pictures(name, sources):
    row = ROWS[name]
    told, untold = example_of(row, sources, 4), example_of(ROWS[row.drawn_as], sources, 4)
    assert np.array_equal(told.picture, untold.picture)
    assert told.truth == untold.truth
    assert (told.layout, told.length) != (untold.layout, untold.length)
