"""All six steps, light and dark, desktop and phone: no axe violation, nothing wider than the screen."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, Watch, picture
from tests.browser.journey import (
    TRAINING_MS,
    at_step,
    choose_method,
    open_studio,
    opened_run,
    start_training,
    take_sample,
    wait_for_head,
    wait_for_points,
)
from tests.browser.messy import write_messy
from tests.browser.test_health import apply, try_fix
from tests.browser.test_own_table import upload

STEPS = ("data", "method", "train", "compare", "export", "chat")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
FEWEST_PASSES = 10
READY = {
    "data": "#learning .example .learned",
    "method": "#recipes .choice",
    "train": "#curve .chart .main-svg",
    "compare": "#exam table.exam",
    "export": "#kinds .choice",
    "chat": "#chat-question textarea",
}


@pytest.fixture(scope="module")
def finished(server: Server, chromium: Browser) -> str:
    """Return the id of a finished run with its exam: one of an earlier test, or a short one made here."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    open_studio(page, server.address + "?step=train")
    earlier = page.locator("#runs li", has=page.locator(".badge.finished"))
    if earlier.count():
        earlier.first.get_by_role("button", name="Open").click()
        run = opened_run(page)
    else:
        open_studio(page, server.address + "?step=data")
        take_sample(page, "medical")
        choose_method(page, "quick", steps=2)
        run = start_training(page)
    wait_for_head(page, "Training is done")
    page.locator("#primary-train").click()
    expect(page.locator("#exam table.exam").first).to_be_visible(timeout=TRAINING_MS)
    page.close()
    return run


def violations(page: Page) -> list[str]:
    result: dict[str, Any] = Axe().run(page, options=RULES).response
    assert len(result["passes"]) > FEWEST_PASSES, "axe looked at nothing"
    return [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in result["violations"]]


def wider_than_screen(page: Page) -> list[str]:
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => `${e.tagName}#${e.id}.${e.className}`)"""
    )


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_is_accessible_and_fits(
    chromium: Browser, server: Server, finished: str, watch: Watch, scheme: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch.on(page)
    for step in STEPS:
        page.goto(f"{server.address}?step={step}&run={finished}")
        at_step(page, step)
        expect(page.locator(READY[step]).first).to_be_visible()
        if step == "train":
            wait_for_points(page, 0)
        if step == "method":
            page.locator("#advanced > button").click()
            expect(page.locator("#knob-learning_rate input")).to_be_visible()
        page.evaluate("document.fonts.ready")
        picture(page, f"{scheme}-{width}-{step}")
        assert wider_than_screen(page) == []
        assert violations(page) == [], f"{step}, {scheme}, {width} px"
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_report_opens_from_compare_in_a_tab_of_its_own(
    chromium: Browser, server: Server, finished: str, watch: Watch, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    context.on("page", watch.on)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.address}?step=compare&run={finished}")
    at_step(page, "compare")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.get_by_role("heading", name="Is it better?")).to_be_visible()
    expect(report.locator(".verdict").first).to_be_visible()
    assert report.evaluate("document.scripts.length") == 0
    picture(report, f"report-{scheme}-{width}")
    assert wider_than_screen(report) == []
    assert violations(report) == []
    context.close()


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


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_with_findings_an_open_trial_and_the_other_sources_is_accessible_and_fits(
    chromium: Browser, server: Server, messy: str, watch: Watch, scheme: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch.on(page)
    page.goto(f"{server.address}?step=data&dataset={messy}")
    try_fix(page, "HTML left over", "Take the tags out")
    for summary in ("found nothing", "The numbers"):
        page.locator("summary", has_text=summary).first.click()
    expect(page.locator("#pictures .main-svg").first).to_be_visible()
    expect(page.locator(READY["data"]).first).to_be_visible()
    page.locator("#other-examples > button").click()
    page.locator("#hub > button").click()
    expect(page.locator("#hub-name input, #hub-name textarea")).to_be_visible()
    page.evaluate("document.fonts.ready")
    picture(page, f"{scheme}-{width}-health")
    assert wider_than_screen(page) == []
    assert violations(page) == [], f"{scheme}, {width} px"
    context.close()


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
