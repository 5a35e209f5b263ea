"""Presses that come twice, and pages of somebody who is somebody else by now."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server, Watch
from tests.browser.journey import at_step, open_studio, take_sample, unfold

WAITED_MS = 1500


def test_a_double_click_goes_one_step_and_starts_nothing(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    box = page.locator("#primary-data").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#primary-method")).to_contain_text("Start training")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.wait_for_timeout(WAITED_MS)
    at_step(page, "method")
    assert "run=" not in page.url


def test_a_double_click_asks_once_before_something_is_deleted(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    unfold(page, "other-examples")

    def late(route: Route) -> None:
        page.wait_for_timeout(WAITED_MS / 3)
        route.continue_()

    page.route("**/studio/dependents/**", late)
    page.locator('#uploads button[data-event="remove"]').first.dblclick()
    expect(page.locator("dialog.ask")).to_contain_text("cannot be brought back")
    page.wait_for_timeout(WAITED_MS)
    expect(page.locator("dialog.ask")).to_have_count(1)
    page.locator("dialog.ask").get_by_role("button", name="Cancel").click()
    page.locator('#uploads button[data-event="remove"]').first.click()
    expect(page.locator("dialog.ask")).to_have_count(1)


def test_a_page_whose_visitor_is_another_by_now_is_loaded_anew(
    page: Page, server: Server, watch: Watch
) -> None:
    watch.expected = ("401",)

    def other(route: Route) -> None:
        told = route.fetch().json() | {"who": "somebody else"}
        route.fulfill(body=json.dumps(told), content_type="application/json")

    for answer in (other, lambda route: route.fulfill(status=401)):
        open_studio(page, server.address + "?step=data")
        page.wait_for_timeout(WAITED_MS)
        page.evaluate("window.before = true")
        page.route("**/studio/live**", answer, times=1)
        page.evaluate("window.studioScreen.wake()")
        page.wait_for_function("() => !window.before")
        expect(page.locator("#steps nav button")).to_have_count(6)


def test_copy_says_copy_again_however_often_it_was_pressed(page: Page, server: Server) -> None:
    open_studio(page, server.address)
    page.context.grant_permissions(["clipboard-write"])
    page.evaluate(
        """document.querySelector("#main").insertAdjacentHTML("afterbegin",
        "<div><button data-copy id=copy>Copy</button></div><pre>x</pre>")"""
    )
    page.locator("#copy").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    page.locator("#copy").click()
    expect(page.locator("#copy")).to_have_text("Copy")
