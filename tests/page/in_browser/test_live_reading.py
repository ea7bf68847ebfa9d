"""Which answers are shown, and what happens when the service does not answer, in a real browser."""

import json
import time

from playwright.sync_api import Page, Route, expect

from page_drawing import draw_number

from .looking import expect_blank, expect_reading, expect_words

READ = "**/v1/read?*"


def make_answer(digit: int) -> str:
    """Return a reading of one digit, as the service would answer it."""
    others = [{"label": label, "probability": 0.0} for label in range(10) if label != digit]
    record = {"label": digit, "confidence": 1.0, "box": [5, 5, 20, 20], "alternatives": others}
    record |= {"rejected": None, "printed": None}
    number = {
        "text": str(digit),
        "confidence": 1.0,
        "box": [5, 5, 20, 20],
        "runner_up": None,
        "digits": [record],
    }
    return json.dumps(
        {"text": str(digit), "width": 200, "height": 160, "digits": [record], "numbers": [number]}
    )


class HeldService:
    """Answers requests only when it is told to; counts those that wait."""

    def __init__(self, page: Page) -> None:
        self.answer: str | None = None
        self.waiting: list[Route] = []
        self.n_received = 0
        self.most_at_once = 0
        self.ended: set[object] = set()
        page.on("requestfailed", lambda request: self.ended.add(request))
        page.on("requestfinished", lambda request: self.ended.add(request))
        page.route(READ, self.receive)

    def receive(self, route: Route) -> None:
        self.n_received += 1
        self.waiting.append(route)
        open_requests = [each for each in self.waiting if each.request not in self.ended]
        self.most_at_once = max(self.most_at_once, len(open_requests))
        if self.answer is not None:
            route.fulfill(status=200, body=self.answer, content_type="application/json")

    def answer_from(self, index: int, answer: str) -> None:
        """Answer the requests from one on, and all further ones: a slow machine sends one in the midst of a stroke."""
        self.answer = answer
        for route in self.waiting[index:]:
            route.fulfill(status=200, body=answer, content_type="application/json")

    def wait_for(self, page: Page, n: int) -> None:
        end = time.monotonic() + 60
        while self.n_received < n and time.monotonic() < end:
            page.wait_for_timeout(20)
        assert self.n_received >= n


def test_an_answer_that_is_older_than_the_drawing_is_not_shown(page: Page) -> None:
    service = HeldService(page)
    draw_number(page, "7", 100, 120, 200)
    service.wait_for(page, 1)
    draw_number(page, "1", 300, 120, 200)
    service.wait_for(page, 2)
    shown = []
    page.expose_function("noteText", lambda text: shown.append(text))
    page.evaluate(
        """() => new MutationObserver(() => noteText(document.getElementById("headline").textContent))
          .observe(document.getElementById("answer"), { subtree: true, childList: true, characterData: true })"""
    )
    service.waiting[0].fulfill(status=200, body=make_answer(3), content_type="application/json")
    page.wait_for_timeout(300)
    expect(page.locator("#answer")).to_have_attribute("data-state", "reading")
    service.answer_from(1, make_answer(8))
    expect_reading(page, "8")
    assert "3" not in shown
    assert service.most_at_once == 1


def test_a_reader_that_cannot_be_interrupted_is_asked_for_the_newest_drawing_only(open_page) -> None:
    reader = """
      export const capabilities = { layouts: ["digit"], inks: ["any"], pictures: false, notDigit: true, isLocal: true };
      window.calls = [];
      export const read = () => new Promise((resolve) => window.calls.push(resolve));
    """
    page = open_page()
    page.route("**/page/reader.js", lambda route: route.fulfill(body=reader, content_type="text/javascript"))
    page.reload()
    for x in (100, 250, 400):
        draw_number(page, "1", x, 120, 200)
        page.wait_for_timeout(100)
    wait_for_calls(page, 1)
    page.evaluate("(answer) => calls[0](answer)", json.loads(make_answer(3)))
    wait_for_calls(page, 2)
    expect(page.locator("#answer")).to_have_attribute("data-state", "reading")
    expect(page.locator("#headline")).to_be_hidden()
    page.evaluate("(answer) => calls[1](answer)", json.loads(make_answer(8)))
    expect_reading(page, "8")


def wait_for_calls(page: Page, n: int) -> None:
    """Wait until a reader has been called as often, and a little longer for calls that are too many."""
    end = time.monotonic() + 60
    while page.evaluate("calls.length") < n and time.monotonic() < end:
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    assert page.evaluate("calls.length") == n


def test_the_old_answer_disappears_with_the_next_stroke(page: Page) -> None:
    draw_number(page, "7", 100, 120, 200)
    expect_reading(page, "7")
    HeldService(page)
    draw_number(page, "1", 300, 120, 200)
    expect(page.locator("#headline")).to_be_hidden()
    expect(page.locator(".digit-label").first).to_be_hidden()
    expect(page.locator(".box")).to_have_count(0)
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="JSON")).to_be_disabled()


def test_clearing_drops_the_answer_that_is_on_its_way(page: Page) -> None:
    service = HeldService(page)
    draw_number(page, "7", 100, 120, 200)
    service.wait_for(page, 1)
    page.get_by_role("button", name="Clear").click()
    service.waiting[0].fulfill(status=200, body=make_answer(7), content_type="application/json")
    page.wait_for_timeout(300)
    expect_blank(page)


def test_a_busy_service_is_asked_again(page: Page, watched) -> None:
    watched.allowed = "429"
    times: list[float] = []
    later: list[Route] = []

    def answer(route: Route) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            route.fulfill(status=429, headers={"Retry-After": "2"}, body='{"error": "full"}')
        else:
            later.append(route)  # until the words were seen, however slow the machine is

    page.route(READ, answer)
    page.locator("#sheet").click()
    expect_words(page, "The service is busy")
    expect(page.locator("#verdict")).to_contain_text("Trying again in")
    end = time.monotonic() + 60
    while not later and time.monotonic() < end:
        page.wait_for_timeout(20)
    later[0].fulfill(status=200, body=make_answer(7), content_type="application/json")
    expect_reading(page, "7")
    assert times[1] - times[0] > 1.9


def test_offline_is_said_and_the_sheet_is_read_when_online_again(page: Page, watched) -> None:
    watched.allowed = "ERR_INTERNET_DISCONNECTED"
    page.context.set_offline(True)
    draw_number(page, "7", 250, 120, 260)
    expect_words(page, "You are offline")
    page.context.set_offline(False)
    expect_reading(page, "7")


def test_a_service_that_fails_is_reported_without_another_try(page: Page, watched) -> None:
    watched.allowed = "500"
    page.route(READ, lambda route: route.fulfill(status=500, body='{"error": "An unexpected error."}'))
    page.locator("#sheet").click()
    expect_words(page, "Something went wrong")
    expect(page.locator("#verdict")).to_have_text("An unexpected error.")


def test_a_token_is_asked_for_and_kept_for_the_tab(page: Page, watched) -> None:
    watched.allowed = "401"

    def answer(route: Route) -> None:
        if route.request.headers.get("authorization") == "Bearer right":
            route.fulfill(status=200, body=make_answer(7), content_type="application/json")
        else:
            route.fulfill(status=401, body='{"error": "expected a token"}')

    page.route(READ, answer)
    page.locator("#sheet").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Token").fill("wrong")
    dialog.get_by_role("button", name="Use token").click()
    expect(page.locator("#token-why")).to_contain_text("did not accept")
    dialog.get_by_label("Token").fill("right")
    page.keyboard.press("Enter")
    expect_reading(page, "7")
    page.reload()
    page.locator("#sheet").click()
    expect_reading(page, "7")
    assert page.evaluate("Object.values(localStorage).join()") == ""


def test_a_declined_token_is_not_asked_for_with_every_stroke(page: Page, watched) -> None:
    watched.allowed = "401"
    page.route(READ, lambda route: route.fulfill(status=401, body='{"error": "expected a token"}'))
    page.locator("#sheet").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.locator("#sheet").click(position={"x": 20, "y": 20})
    expect_words(page, "A token is needed")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Enter the token").click()
    expect(page.get_by_role("dialog")).to_be_visible()
