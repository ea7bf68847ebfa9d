"""Dark and light, contrast, motion and accessibility in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from page_drawing import draw_number

from .looking import PHONE, expect_reading
from .test_pictures import PAGE

SERIOUS = ("serious", "critical")


def find_faults(page: Page) -> list[str]:
    """Return the serious faults that axe finds, with their places."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert len(found["passes"]) > 20, "axe has run"
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:150] for node in fault['nodes'][:3]]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


def colour_of(page: Page, selector: str, name: str) -> str:
    return page.locator(selector).evaluate("(element, name) => getComputedStyle(element)[name]", name)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("is_phone", [False, True])
def test_axe_finds_no_serious_fault(open_page, theme: str, is_phone: bool) -> None:
    page = open_page(color_scheme=theme, **(PHONE if is_phone else {}))
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert find_faults(page) == []
    draw_number(page, "42", 40, 60, 170)
    expect_reading(page, "42")
    page.wait_for_timeout(200)  # the colours of a transition have less contrast
    assert find_faults(page) == []
    page.locator("#picture-file").set_input_files(PAGE)
    expect(page.locator(".number-text")).to_have_count(6)
    page.wait_for_timeout(200)
    assert find_faults(page) == []
    page.locator("#open-help").click()
    assert find_faults(page) == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (844, 390), (820, 1180), (1920, 1080)])
def test_sheet_and_reading_are_both_on_the_screen(open_page, width: int, height: int) -> None:
    page = open_page(width, height, is_mobile=width < 900, has_touch=width < 900)
    draw_number(page, "7", 60, 40, 120)
    expect_reading(page, "7")
    headline = page.locator("#headline").bounding_box()
    assert headline["y"] + 0.5 * headline["height"] < height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    right = [
        element.bounding_box() for element in page.locator("button:visible, select:visible, fieldset").all()
    ]
    assert max(box["x"] + box["width"] for box in right) <= width
    tools, panel = page.locator(".tools").bounding_box(), page.locator(".reading").bounding_box()
    last = page.locator(".tools button:visible").last.bounding_box()
    assert last["x"] + last["width"] <= tools["x"] + tools["width"] + 1
    assert panel["x"] >= tools["x"] + tools["width"] or panel["y"] >= tools["y"] + tools["height"]


def test_the_theme_of_the_system_is_followed(open_page) -> None:
    page = open_page(color_scheme="dark")
    dark = colour_of(page, "body", "backgroundColor")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert colour_of(page, "body", "backgroundColor") != dark
    assert page.locator("meta[name=theme-color]").get_attribute("content") == colour_of(
        page, "body", "backgroundColor"
    )


def test_a_chosen_theme_is_remembered_and_the_ink_changes(open_page) -> None:
    page = open_page(color_scheme="light")
    draw_number(page, "7", 250, 120, 260)
    colour = """(canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const at = data.findIndex((value, index) => index % 4 === 3 && value === 255);
      return data[at - 3];
    }"""
    assert page.locator("#sheet").evaluate(colour) < 64
    page.get_by_label("Dark").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.locator("#sheet").evaluate(colour) > 192
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Dark")).to_be_checked()
    page.get_by_label("System").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_nothing_moves_if_motion_is_reduced(open_page) -> None:
    assert colour_of(open_page(), "#headline", "transitionDuration") != "0s"
    page = open_page(reduced_motion="reduce")
    assert colour_of(page, "#headline", "transitionDuration") == "0s"


def test_more_contrast_is_given_on_demand(open_page) -> None:
    usual = colour_of(open_page(), "#verdict", "color")
    assert colour_of(open_page(contrast="more"), "#verdict", "color") != usual


def test_forced_colours_leave_ink_and_bars_visible(open_page) -> None:
    page = open_page(forced_colors="active")
    draw_number(page, "7", 250, 120, 260)
    expect_reading(page, "7")
    best, track = (colour_of(page, f".is-best .{part}", "fill") for part in ("fill", "track"))
    assert best != track
    assert colour_of(page, "#sheet", "color") != colour_of(page, "#frame", "backgroundColor")
