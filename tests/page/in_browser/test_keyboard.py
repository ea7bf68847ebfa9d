"""The page with the keyboard alone, in a real browser."""

from playwright.sync_api import Page, expect

from .looking import count_ink, expect_blank, expect_reading


def press(page: Page, key: str, n: int = 1) -> None:
    for _ in range(n):
        page.keyboard.press(key)


def draw_seven(page: Page) -> None:
    """Draw a 7 on the sheet, which has the focus: to the right, then down to the left."""
    press(page, "ArrowLeft", 6)
    press(page, "ArrowUp", 8)
    press(page, "Space")
    press(page, "ArrowRight", 12)
    press(page, "End", 9)
    press(page, "ArrowDown", 5)
    press(page, "Space")


def test_a_digit_is_drawn_read_undone_and_cleared(page: Page) -> None:
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to the sheet")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#sheet")).to_be_focused()
    expect(page.locator("#cursor")).to_be_hidden()
    draw_seven(page)
    expect(page.locator("#cursor")).to_be_visible()
    expect_reading(page, "7")
    expect(page.locator("#announcement")).to_contain_text("Reads 7.")
    press(page, "Control+z")
    expect_blank(page)
    press(page, "Control+Shift+z")
    expect_reading(page, "7")
    press(page, "Delete")
    expect_blank(page)
    expect(page.locator("#announcement")).to_have_text("Sheet cleared")
    press(page, "Control+z")
    expect_reading(page, "7")


def test_the_pen_writes_only_while_it_is_down(page: Page) -> None:
    page.locator("#sheet").focus()
    press(page, "ArrowRight", 5)
    expect_blank(page)
    press(page, "Space")
    expect(page.locator("#announcement")).to_have_text("Pen down")
    expect(page.locator("#cursor")).to_have_class("cursor is-down")
    press(page, "ArrowRight", 5)
    press(page, "Escape")
    expect(page.locator("#announcement")).to_have_text("Pen up")
    ink = count_ink(page)
    assert ink > 0
    press(page, "ArrowRight", 5)
    assert count_ink(page) == ink


def test_leaving_the_sheet_lifts_the_pen(page: Page) -> None:
    page.locator("#sheet").focus()
    press(page, "Space")
    press(page, "ArrowRight", 5)
    press(page, "Tab")
    expect(page.locator("#announcement")).to_have_text("Pen up")
    expect(page.locator("#cursor")).to_be_hidden()
    press(page, "Control+z")
    expect_blank(page)


def test_two_arrows_at_once_move_diagonally_and_shift_makes_small_steps(page: Page) -> None:
    page.locator("#sheet").focus()
    press(page, "ArrowLeft")
    before = page.locator("#cursor").bounding_box()
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowDown")
    page.keyboard.up("ArrowDown")
    page.keyboard.up("ArrowRight")
    after = page.locator("#cursor").bounding_box()
    assert round(after["x"] - before["x"]) == 24
    assert round(after["y"] - before["y"]) == 12
    press(page, "Shift+ArrowUp")
    assert round(after["y"] - page.locator("#cursor").bounding_box()["y"]) == 3


def test_the_width_of_the_pen_changes_on_the_sheet(page: Page) -> None:
    page.locator("#sheet").focus()
    press(page, "+", 3)
    expect(page.get_by_label("Pen width")).to_have_value("18")
    press(page, "-")
    expect(page.get_by_label("Pen width")).to_have_value("16")


def test_every_control_is_reached(page: Page) -> None:
    page.locator("#sheet").focus()
    draw_seven(page)
    expect_reading(page, "7")
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(25):
        press(page, "Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.className"
            )
        )
    controls = {"skip", "open-help", "theme", "sheet", "undo", "clear", "pen-width", "open-picture", "layout"}
    assert controls | {"copy-text", "save-json", "save-png"} <= reached


def test_the_shortcuts_are_listed(page: Page) -> None:
    opener = page.get_by_role("button", name="Keyboard")
    opener.focus()
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("row", name="Space Put the pen down, or lift it")).to_be_visible()
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
