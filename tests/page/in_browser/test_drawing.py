"""Drawing with mouse, finger and pen in a real browser, and what is shown of it."""

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from page_drawing import SCRIBBLE, STROKES, draw_number, draw_strokes

from .looking import PHONE, count_ink, expect_blank, expect_reading, expect_words, read_ink, resize_window


def draw_with(
    page: Page, kind: str, digit: str, x: float, y: float, height: float, force: float = 0.5
) -> None:
    """Draw a digit with a finger or a pen, as the browser gets them from the screen."""
    sheet = page.locator("#sheet").bounding_box()
    session = page.context.new_cdp_session(page)
    for stroke in STROKES[digit]:
        points = [
            {"x": sheet["x"] + x + 0.62 * height * u, "y": sheet["y"] + y + height * v} for u, v in stroke
        ]
        for index, point in enumerate(points):
            if kind == "touch":
                name = "touchStart" if index == 0 else "touchMove"
                session.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": [point]})
            else:
                name = "mousePressed" if index == 0 else "mouseMoved"
                pen = {"pointerType": "pen", "force": force, "button": "left", "buttons": 1}
                session.send("Input.dispatchMouseEvent", {"type": name, **point, **pen, "clickCount": 1})
        if kind == "touch":
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        else:
            pen = {"pointerType": "pen", "button": "left", "clickCount": 1}
            session.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **points[-1], **pen})


def test_a_digit_is_read_with_its_box_probabilities_and_image(page: Page) -> None:
    expect_blank(page)
    draw_number(page, "7", 250, 120, 260)
    expect_reading(page, "7")
    expect(page.locator("#verdict")).to_contain_text("sure")

    box, sheet = page.locator(".box rect").bounding_box(), page.locator("#sheet").bounding_box()
    assert abs(box["x"] - sheet["x"] - 250) < 30
    assert abs(box["height"] - 260) < 50
    expect(page.locator(".box text")).to_have_text("7")

    (card,) = page.locator(".digit").all()
    heights = [bar.bounding_box()["height"] for bar in card.locator(".fill").all()]
    assert len(heights) == 10
    assert heights.index(max(heights)) == 7
    label = card.locator(".chart").get_attribute("aria-label")
    assert label.startswith("Probabilities: 7 ")
    assert label.count("%") == 10
    size = card.locator("img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    assert size == [28, 28]
    expect(page.locator("#announcement")).to_contain_text("Reads 7.")


def test_a_number_has_one_card_for_each_digit(page: Page) -> None:
    draw_number(page, "42", 160, 140, 240)
    expect_reading(page, "42")
    expect(page.locator(".digit-label")).to_have_text(["4", "2"])
    expect(page.locator(".box text")).to_have_text(["4", "2"])


def test_pointing_at_a_card_marks_its_box(page: Page) -> None:
    draw_number(page, "42", 160, 140, 240)
    expect_reading(page, "42")
    page.locator(".digit").nth(1).hover()
    expect(page.locator(".box.is-marked text")).to_have_text(["2"])


def test_lines_of_numbers_are_listed(page: Page) -> None:
    draw_number(page, "317", 120, 60, 150)
    draw_number(page, "89", 120, 320, 150)
    expect(page.locator(".number-text")).to_have_text(["317", "89"])
    expect_words(page, "2 numbers, 5 digits")


def test_the_layout_can_be_chosen(page: Page) -> None:
    draw_number(page, "42", 160, 140, 240)
    expect_reading(page, "42")
    page.get_by_label("Layout").select_option("One digit")
    expect(page.locator(".digit")).to_have_count(1)
    expect(page.locator("#headline")).not_to_have_text("42")


def test_a_scribble_is_not_a_digit(page: Page) -> None:
    draw_strokes(page, SCRIBBLE, 250, 150, 200, 200)
    expect_words(page, "Not a digit")
    expect(page.locator("#headline")).to_have_text("?")
    expect(page.locator(".digit-verdict")).to_have_text("Not a digit")
    expect(page.locator('.box[data-rejected="not_a_digit"]')).to_have_count(1)


def test_a_drawing_of_which_part_is_not_read_is_said_to_be_so(page: Page) -> None:
    draw_number(page, "7", 250, 120, 260)
    expect_reading(page, "7")
    expect(page.locator("#verdict")).not_to_contain_text("Part of")
    page.get_by_role("button", name="Clear").click()
    page.route("**/v1/read?*", answer_with_boxes)
    draw_number(page, "17", 100, 120, 260)
    expect_words(page, r"Not sure of 1 digit, 1 is not a digit\. Part of the drawing was not read")
    expect(page.locator("#announcement")).to_contain_text("Part of the drawing was not read")


def answer_with_boxes(route: Route) -> None:
    """Answer with two digits that were rejected, in the upper left corner."""
    others = [{"label": label, "probability": 0.0} for label in range(1, 10)]
    first = {"label": 0, "confidence": 0.4, "box": [5, 5, 10, 10], "alternatives": others, "printed": None}
    first["rejected"] = "unsure"
    second = {**first, "box": [20, 5, 10, 10], "rejected": "not_a_digit"}
    number = {"text": "??", "confidence": 0.2, "box": [5, 5, 25, 10], "runner_up": None}
    number["digits"] = [first, second]
    route.fulfill(
        json={"text": "??", "width": 200, "height": 160, "digits": [first, second], "numbers": [number]}
    )


def test_undo_redo_and_clear(page: Page) -> None:
    undo, redo, clear = (page.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear"))
    expect(undo).to_be_disabled()
    expect(clear).to_be_disabled()
    draw_number(page, "7", 250, 120, 260)
    expect_reading(page, "7")
    draw_number(page, "1", 480, 120, 260)
    expect_reading(page, "71")
    undo.click()
    expect_reading(page, "7")
    redo.click()
    expect_reading(page, "71")
    expect(redo).to_be_disabled()
    clear.click()
    expect_blank(page)
    assert count_ink(page) == 0
    undo.click()
    expect_reading(page, "71")
    undo.click()
    undo.click()
    expect_blank(page)
    draw_number(page, "4", 250, 120, 260)
    expect_reading(page, "4")
    expect(redo).to_be_disabled()
    for _ in range(2):  # a 4 has two strokes
        undo.click()
    expect_blank(page)
    expect(undo).to_be_disabled()


def test_a_wider_pen_has_more_ink_and_is_remembered(page: Page) -> None:
    draw_number(page, "7", 250, 120, 260)
    thin = count_ink(page)
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Pen width").fill("30")
    draw_number(page, "7", 250, 120, 260)
    assert count_ink(page) > 1.8 * thin
    page.reload()
    expect(page.get_by_label("Pen width")).to_have_value("30")


def test_a_finger_draws_on_a_phone(open_page) -> None:
    page = open_page(**PHONE)
    draw_with(page, "touch", "4", 60, 70, 180)
    draw_with(page, "touch", "2", 220, 70, 180)
    expect_reading(page, "42")
    expect(page.get_by_role("button", name="Photo")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing is wider than the screen"


def test_a_pen_draws_with_its_pressure(page: Page) -> None:
    draw_with(page, "pen", "7", 250, 120, 260, force=0.1)
    expect_reading(page, "7")
    light = count_ink(page)
    page.get_by_role("button", name="Clear").click()
    draw_with(page, "pen", "7", 250, 120, 260, force=0.9)
    expect_reading(page, "7")
    assert count_ink(page) > 1.5 * light


def test_ink_stays_on_the_sheet_when_the_window_changes(page: Page) -> None:
    draw_number(page, "42", 350, 200, 220)
    expect_reading(page, "42")
    resize_window(page, {"width": 390, "height": 844})
    rows, columns = np.nonzero(read_ink(page))
    bottom, right = rows.max(), columns.max()
    sheet = page.locator("#sheet").bounding_box()
    assert right < 0.98 * sheet["width"]
    assert bottom < 0.98 * sheet["height"]
    expect_box_around_ink(page)
    page.get_by_label("Layout").select_option("Line")
    expect_reading(page, "42")


def expect_box_around_ink(page: Page) -> None:
    """Expect that the box of the last digit ends where the ink ends, on the right and below."""
    rows, columns = np.nonzero(read_ink(page))
    density = page.evaluate("devicePixelRatio")
    sheet, box = page.locator("#sheet").bounding_box(), page.locator(".box rect").last.bounding_box()
    assert abs(box["x"] + box["width"] - sheet["x"] - columns.max() / density) < 15
    assert abs(box["y"] + box["height"] - sheet["y"] - rows.max() / density) < 15


@pytest.mark.parametrize("is_wide_first", [True, False])
def test_boxes_stay_around_the_digits_when_a_phone_is_turned(open_page, is_wide_first: bool) -> None:
    wide, high = {"width": 844, "height": 390}, {"width": 390, "height": 844}
    page = open_page(**{**PHONE, **(wide if is_wide_first else high)})
    draw_number(page, "42", 60, 60, 140)
    expect_reading(page, "42")
    expect_box_around_ink(page)
    resize_window(page, high if is_wide_first else wide)
    expect_box_around_ink(page)
