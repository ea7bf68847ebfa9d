"""Pictures that are chosen, dropped or pasted in a real browser."""

import base64
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from .looking import expect_blank, expect_reading, expect_words

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "images" / "page.jpg"
SEVEN = ROOT / "samples" / "seven.png"


def send_file(page: Page, event: str, path: Path) -> None:
    """Drop or paste a file, as the browser reports it."""
    content = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(
        """([event, name, content]) => {
          const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], name, { type: "image/" + name.split(".").pop() }));
          const made = event === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(event, { dataTransfer: data, bubbles: true, cancelable: true });
          document.getElementById("sheet").dispatchEvent(made);
        }""",
        [event, path.name, content],
    )


def test_a_page_is_read(page: Page) -> None:
    page.locator("#picture-file").set_input_files(PAGE)
    expect(page.locator(".number-text")).to_have_text(["4207", "318", "96", "1052", "7385", "640"])
    expect(page.locator(".box")).to_have_count(20)
    expect(page.locator(".digit")).to_have_count(20)
    expect(page.get_by_role("img", name="Picture: page.jpg")).to_be_visible()

    # The boxes lie where the picture is: the first digit of the first number is in its upper left.
    box, picture = page.locator(".box rect").first.bounding_box(), page.locator("#picture").bounding_box()
    assert 0.05 < (box["x"] - picture["x"]) / picture["width"] < 0.2
    assert 0.05 < (box["y"] - picture["y"]) / picture["height"] < 0.25

    frame = page.locator("#frame").bounding_box()
    shape = page.locator("#picture").evaluate("(image) => image.naturalWidth / image.naturalHeight")
    assert frame["width"] / frame["height"] == pytest.approx(shape, rel=0.02)

    # A box leads to the card of its digit.
    last = page.locator(".box rect").nth(19).bounding_box()
    page.mouse.click(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    expect(page.locator(".digit").nth(19)).to_be_focused()


def test_the_ink_of_a_picture_can_be_chosen(page: Page) -> None:
    expect(page.get_by_label("Ink")).to_be_hidden()
    page.locator("#picture-file").set_input_files(PAGE)
    expect(page.locator(".number-text")).to_have_count(6)
    page.get_by_label("Ink").select_option("Printed")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator(".digit-label").filter(has_text="4")).to_have_count(0)


def test_pictures_are_dropped_and_pasted(page: Page) -> None:
    send_file(page, "dragover", SEVEN)
    expect(page.locator("#frame")).to_have_class("frame is-target")
    send_file(page, "drop", SEVEN)
    expect_reading(page, "7")
    expect(page.locator("#frame")).to_have_class("frame has-picture")
    page.get_by_role("button", name="Undo").click()
    expect_blank(page)
    expect(page.locator("#picture")).to_be_hidden()
    send_file(page, "paste", SEVEN)
    expect_reading(page, "7")
    page.get_by_role("button", name="Clear").click()
    expect_blank(page)


@pytest.mark.parametrize("name", ["letter.png", "letter.txt"])
def test_a_file_that_is_no_picture_is_refused_in_words(
    page: Page, watched, tmp_path: Path, name: str
) -> None:
    watched.allowed = "422"
    file = tmp_path / name
    file.write_bytes(b"Dear sir or madam")
    page.locator("#picture-file").set_input_files(file)
    expect_words(page, "This picture cannot be read")
    expect(page.locator("#verdict")).to_contain_text("The picture has an unknown format: expected PNG, JPEG")
    expect(page.locator("#no-preview")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#no-preview")).to_be_hidden()
    expect_blank(page)


def test_a_picture_that_is_too_large_is_refused_in_words(page: Page, watched) -> None:
    watched.allowed = "413"
    words = '{"error": "expected at most 1000 bytes"}'
    page.route("**/v1/read?*", lambda route: route.fulfill(status=413, body=words))
    page.locator("#picture-file").set_input_files(SEVEN)
    expect_words(page, "This picture is too large")
    expect(page.locator("#verdict")).to_have_text("Expected at most 1000 bytes.")


def test_the_pages_of_a_document_can_be_chosen(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "two.tiff"
    first, second = (Image.open(ROOT / "samples" / name).convert("L") for name in ("seven.png", "five.png"))
    first.save(file, save_all=True, append_images=[second])
    expect(page.get_by_label("Page", exact=False).first).to_be_hidden()
    page.locator("#picture-file").set_input_files(file)
    expect_reading(page, "7")
    expect(page.locator("#page-count")).to_have_text("2")
    page.locator("#page").fill("2")
    page.locator("#page").press("Enter")
    expect_reading(page, "5")


def test_the_reading_is_saved_as_json_and_png(page: Page) -> None:
    page.locator("#picture-file").set_input_files(SEVEN)
    expect_reading(page, "7")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").click()
    assert waiting.value.suggested_filename == "reading.json"
    record = json.loads(Path(waiting.value.path()).read_text("utf-8"))
    assert (record["text"], record["picture"]) == ("7", "seven.png")
    assert all("image" not in digit for digit in record["digits"] + record["numbers"][0]["digits"])
    schema = json.loads((ROOT / "docs" / "reference" / "reading.schema.json").read_text("utf-8"))
    jsonschema.validate(record, schema)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG").click()
    with Image.open(waiting.value.path()) as saved, Image.open(SEVEN) as original:
        assert max(saved.size) == 800
        assert saved.width / saved.height == pytest.approx(original.width / original.height, rel=0.01)
        colours = np.asarray(saved.convert("RGB"))
    assert ((colours[..., 0] > 150) & (colours[..., 2] < 80)).sum() > 100, "the box is drawn"
