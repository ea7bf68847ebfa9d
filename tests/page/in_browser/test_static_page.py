"""The page without a server in a real browser: it reads one digit like Python, wherever its folder is served."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page, expect

from inkdigits.data import LabelledImages
from inkdigits.page.static import write_static_page
from inkdigits.recognition.engines.registry import find_model
from page_drawing import draw_number
from page_parity import MAX_PROBABILITY_DIFFERENCE, compare_drawings, compare_networks, passes, summarise
from static_page.browser import read_drawings, serve_folder

from .conftest import Watched
from .looking import expect_blank, expect_reading, expect_words


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
    drawings = compare_drawings(static_page, small_train.images[:120])
    figures = summarise(drawings, small_train.labels[:120].tolist())
    assert passes({"n_changed": 0, "max_difference": 0.0}, drawings), figures
    assert figures["max_probability_difference"] <= MAX_PROBABILITY_DIFFERENCE
    assert figures["n_accepted_right"] >= 110
    assert figures["n_changed_to_reader"] <= 2


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
          const { read } = await import(new URL("page/readers/local.js", document.baseURI).href);
          const controller = new AbortController();
          const reading = read(document.createElement("canvas"), { layout: "digit", ink: "any" }, controller.signal);
          controller.abort();
          return reading.then(() => "no error", (error) => error.name);
        }"""
    )
    assert name == "AbortError"


def test_a_missing_network_is_reported(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.route("**/network.bin", lambda route: route.fulfill(status=404))
    page.goto(address)
    expect_words(page, "network")
    page.close()


def test_a_page_that_is_opened_as_a_file_tells_what_to_do(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "people" / "digits" / "index.html").as_uri())
    expect(page.get_by_text("python -m http.server")).to_be_visible()
    page.close()
