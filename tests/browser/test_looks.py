"""All six steps, light and dark, desktop and phone: no axe violation, nothing wider than the screen."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.browser.journey import at_step, open_studio, wait_for_points
from tests.browser.looks import LOOKS, looks_right, turn
from tests.browser.messy import write_messy
from tests.browser.test_health import apply, try_fix
from tests.browser.test_own_table import upload

STEPS = ("data", "method", "train", "compare", "export", "chat")
READY = {
    "data": "#learning .example .learned",
    "method": "#recipes .choice",
    "train": "#curve .chart .main-svg",
    "compare": "#exam table.exam",
    "export": "#kinds .choice",
    "chat": "#chat-question textarea",
}


def test_every_step_is_accessible_and_fits(page: Page, server: Server, examined: str) -> None:
    for number, step in enumerate(STEPS):
        turn(page, *LOOKS[number % len(LOOKS)])
        page.goto(f"{server.address}?step={step}&run={examined}")
        at_step(page, step)
        expect(page.locator(READY[step]).first).to_be_visible()
        if step == "train":
            wait_for_points(page, 0)
        if step == "method":
            page.locator("#advanced > button").click()
            expect(page.locator("#knob-learning_rate input")).to_be_visible()
        looks_right(page, step)


def test_the_report_opens_from_compare_in_a_tab_of_its_own(page: Page, server: Server, examined: str) -> None:
    page.goto(f"{server.address}?step=compare&run={examined}")
    at_step(page, "compare")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.get_by_role("heading", name="Is it better?")).to_be_visible()
    expect(report.locator(".verdict").first).to_be_visible()
    assert report.evaluate("document.scripts.length") == 0
    looks_right(report, "report")


@pytest.fixture(scope="module")
def messy(server: Server, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the id of a data set with findings, of which one was mended."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    open_studio(page, server.address + "?step=data")
    upload(page, write_messy(tmp_path_factory.mktemp("messy")))
    try_fix(page, "exact copy", "Keep the first of each")
    apply(page, "Keep the first of each")
    found = re.search(r"[?&]dataset=([^&]+)", page.url)
    page.close()
    assert found is not None
    return found.group(1)


def test_a_report_with_findings_an_open_trial_and_the_other_sources_is_accessible_and_fits(
    page: Page, server: Server, messy: str
) -> None:
    page.goto(f"{server.address}?step=data&dataset={messy}")
    try_fix(page, "HTML left over", "Take the tags out")
    for summary in ("found nothing", "The numbers"):
        page.locator("summary", has_text=summary).first.click()
    expect(page.locator("#pictures .main-svg").first).to_be_visible()
    expect(page.locator(READY["data"]).first).to_be_visible()
    page.locator("#other-examples > button").click()
    page.locator("#hub > button").click()
    expect(page.locator("#hub-name input, #hub-name textarea")).to_be_visible()
    looks_right(page, "health")


def test_the_switch_turns_dark_and_the_choice_stays(page: Page, server: Server) -> None:
    open_studio(page, server.address)
    switch = page.locator("#theme-switch")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(page.locator("body.dark")).to_have_count(1)
    page.reload()
    expect(page.locator("body.dark")).to_have_count(1)
    expect(switch).to_have_attribute("aria-pressed", "true")


def test_the_keyboard_reaches_the_steps_and_the_first_sample(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    reached = []
    page.locator("#theme-switch").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('#steps, #other-examples')?.id"))
    assert reached[0] == "steps"
    assert "other-examples" in reached[1:]
