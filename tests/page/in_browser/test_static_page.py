"""The page without a server in a real browser: it reads one digit like Python, wherever its folder is served."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page, expect

from benchmarks.service.page_parity import (
    MAX_PROBABILITY_DIFFERENCE,
    compare_drawings,
    compare_networks,
    passes,
    summarise,
)
from benchmarks.service.static_page.browser import read_drawings, serve_folder
from benchmarks.service.static_page.drawings import draw_digits
from inkdigits.data import LabelledImages
from inkdigits.page.files import START
from inkdigits.page.static import write_static_page
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.recognition.engines.registry import find_model
from page_drawing import draw_number

from .conftest import Watched
from .looking import expect_blank, expect_reading


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of which a part is the page, as on a host for project pages."""
    folder = tmp_path_factory.mktemp("host")
    write_static_page(folder / "people" / "digits", find_model("quick"))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serve_folder(folder) as host:
        yield f"{host}people/digits/"


@pytest.fixture
def static_page(browser: Browser, address: str, watched: Watched) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(60_000)
    watched.watch(page, address)
    page.goto(address, wait_until="networkidle")
    yield page
    page.close()


def test_a_drawn_digit_is_read_without_a_network_connection(static_page: Page) -> None:
    expect(static_page.locator("#layout-option")).to_be_hidden()
    expect(static_page.locator("#picture-tools")).to_be_hidden()
    expect(static_page.locator("#privacy")).to_contain_text("nothing leaves your device")
    expect(static_page.locator("#privacy")).to_contain_text("it takes a scribble, or two digits, for one")
    expect(static_page.locator("#hint-picture")).to_be_hidden()
    assert static_page.locator(".of-pictures").evaluate_all("(rows) => rows.every((row) => row.hidden)")
    static_page.context.set_offline(True)
    draw_number(static_page, "7", 250, 120, 260)
    expect_reading(static_page, "7")
    expect(static_page.locator(".box text")).to_have_text("7")
    (card,) = static_page.locator(".digit").all()
    heights = [bar.bounding_box()["height"] for bar in card.locator(".fill").all()]
    assert heights.index(max(heights)) == 7
    assert card.locator("img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [28, 28]

    static_page.locator("#clear").click()
    expect_blank(static_page)


def test_the_network_agrees_with_onnx_runtime(static_page: Page, small_train: LabelledImages) -> None:
    network = compare_networks(static_page, small_train.images[:200])
    assert network["n"] == 200
    assert network["n_changed"] == 0
    assert network["max_difference"] <= MAX_PROBABILITY_DIFFERENCE


def test_drawings_are_read_as_by_python(static_page: Page, small_train: LabelledImages) -> None:
    drawings = compare_drawings(static_page, draw_digits(small_train.images[:120]))
    figures = summarise(drawings, small_train.labels[:120].tolist())
    assert passes({"n_changed": 0, "max_difference": 0.0}, drawings), figures
    assert figures["max_probability_difference"] <= MAX_PROBABILITY_DIFFERENCE
    assert figures["n_accepted_right"] >= 110
    assert figures["n_changed_to_reader"] <= 2


def draw_blots(n: int) -> Iterator[np.ndarray]:
    """Draw blots, streaks and specks of all greys, several on a sheet, also at its edges."""
    rng = np.random.default_rng(6)
    for i in range(n):
        height, width = rng.integers(60, 320, 2)
        sheet = np.zeros((height, width))
        for _ in range(rng.integers(1, 6)):
            start, end = rng.uniform(0, 1, (2, 2)) * (width, height)
            if rng.random() < 0.6:
                end = start + rng.normal(0, 25, 2)
            points = np.rint([start, end]).astype(int)
            cv2.line(sheet, points[0].tolist(), points[1].tolist(), 1.0, int(rng.integers(1, 16)))
        soft = cv2.GaussianBlur(sheet, (0, 0), 2.5) if i % 3 == 0 else sheet
        yield np.rint(255 - soft * (rng.uniform(6, 40) if i % 4 == 0 else rng.uniform(60, 255))).astype(
            np.uint8
        )


def test_blots_are_read_as_by_python(static_page: Page) -> None:
    """So are the choice of the parts of a digit, faint ink, and answers of which the network is not sure."""
    blots = compare_drawings(static_page, draw_blots(200))
    assert passes({"n_changed": 0, "max_difference": 0.0}, blots)
    reasons = [each.page.rejected for each in blots]
    assert min(reasons.count(reason) for reason in ("blank", "not_a_digit", "unsure", None)) >= 5, reasons


def test_the_normal_form_of_any_ink_is_that_of_python(static_page: Page) -> None:
    """Blobs and noise of all sizes take every branch: cubic scaling, thin and thick strokes, holes, specks."""
    rng = np.random.default_rng(4)
    crops = []
    for i in range(160):
        height, width = rng.integers(1, [12, 45, 130, 400][i % 4], 2, endpoint=True)
        smooth = cv2.GaussianBlur(rng.random((height, width)), (0, 0), rng.uniform(0.3, 12))
        crop = (smooth - np.quantile(smooth, rng.uniform(0.2, 0.97))) * rng.uniform(400, 60_000)
        crops.append(np.clip(crop, 0, 255).astype(np.uint8))
    images = static_page.evaluate(
        """(crops) => {
          const { normalise } = inkdigits["readers/local/normal-form.js"];
          return crops.map(({ width, height, data }) => Array.from(
            normalise({ width, height, data: Uint8Array.from(atob(data), (each) => each.charCodeAt(0)) }),
          ));
        }""",
        [
            {
                "width": each.shape[1],
                "height": each.shape[0],
                "data": base64.b64encode(each.tobytes()).decode(),
            }
            for each in crops
        ],
    )
    expected = np.array([normalise(each).ravel() for each in crops], int)
    differences = np.abs(np.array(images) - expected).max(axis=1)
    assert differences.max() <= 1
    assert (differences == 0).sum() >= 130
    assert (expected.max(axis=1) > 0).sum() >= 120


def test_readings_have_the_form_of_the_command(static_page: Page, small_train: LabelledImages) -> None:
    root = Path(__file__).parents[3]
    schema = json.loads((root / "docs" / "reference" / "reading.schema.json").read_text("utf-8"))
    drawings = [*draw_digits(small_train.images[:8]), np.full((90, 70), 255, np.uint8)]
    kinds = set()
    for drawing, (reading, _, _) in zip(drawings, read_drawings(static_page, drawings), strict=True):
        jsonschema.validate({**reading, "picture": "-"}, schema)
        (digit,) = reading["digits"]
        assert (reading["height"], reading["width"]) == drawing.shape
        assert reading["numbers"][0]["digits"] == [digit]
        assert len(digit["alternatives"]) == (0 if digit["label"] is None else 9)
        kinds.add(digit["rejected"])
    assert kinds >= {None, "blank"}


def test_what_is_no_digit_is_rejected(static_page: Page) -> None:
    blank = np.full((300, 400), 255, np.uint8)
    dot, dash, faint, tiny = (blank.copy() for _ in range(4))
    dot[150:156, 200:206] = 0
    dash[150:170, 100:300] = 0
    faint[100:200, 180:220] = 247
    tiny[150:153, 200:230] = 0
    answers = [
        reading["digits"][0] for reading, _, _ in read_drawings(static_page, [blank, dot, dash, faint, tiny])
    ]
    assert [each["rejected"] for each in answers] == ["blank", "blank", "not_a_digit", "blank", "not_a_digit"]
    assert [each["label"] is None for each in answers] == [True, True, False, True, False]
    with pytest.raises(Error, match="covers almost all of the sheet"):
        list(
            read_drawings(
                static_page, [np.where(np.arange(400) < 380, np.full((300, 1), 0), 255).astype(np.uint8)]
            )
        )


def test_a_reading_that_is_not_wanted_any_more_ends(static_page: Page) -> None:
    name = static_page.evaluate(
        """async () => {
          const { read } = inkdigits["readers/local.js"];
          const controller = new AbortController();
          controller.abort();
          const reading = read(document.createElement("canvas"), { layout: "digit", ink: "any" }, controller.signal);
          return reading.then(() => "no error", (error) => error.name);
        }"""
    )
    assert name == "AbortError"


def test_a_page_that_is_opened_as_a_file_reads_too(browser: Browser, folder: Path, watched: Watched) -> None:
    """As of a double click on it: browsers load no modules and fetch nothing there."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    watched.watch(page, (folder / "people" / "digits").as_uri())
    page.goto((folder / "people" / "digits" / START).as_uri())
    draw_number(page, "7", 250, 120, 260)
    expect_reading(page, "7")
    page.locator("label").filter(has=page.locator("input[value=dark]")).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.close()
