"""The studio is killed: the page says so and comes back; a run goes on from its last save with Resume."""

import signal

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Watch, picture
from tests.browser.journey import (
    choose_method,
    open_studio,
    start_training,
    take_sample,
    unfold,
    wait_for_head,
)


def test_a_killed_studio_offers_to_resume_on_the_same_page(
    page: Page, own_server: Server, watch: Watch
) -> None:
    watch.expected = ("net::ERR_",)
    open_studio(page, own_server.address)
    take_sample(page, "medical")
    choose_method(page, "quick", steps=8)
    start_training(page)
    wait_for_head(page, "It is learning")
    # With eight steps and two checks the first save comes with the check in the middle.
    expect(page.locator("#primary-train")).to_have_text("Compare now", timeout=600_000)
    own_server.stop(signal.SIGKILL)
    expect(page.locator("#connection")).to_be_visible()
    own_server.start()
    wait_for_head(page, "Training was cut off")
    expect(page.locator("#primary-train")).to_contain_text("Resume from step")
    picture(page, "cut-off")
    settings = page.locator("#details details", has_text="Settings of this run")
    settings.locator("summary").click()
    page.locator("#primary-train").click()
    wait_for_head(page, "Training is done")
    expect(settings).to_have_attribute("open", "")
    expect(page.locator("#progress")).to_contain_text("8 of 8")


def test_a_press_that_found_no_studio_does_not_leave_the_page_deaf(
    page: Page, own_server: Server, watch: Watch
) -> None:
    watch.expected = ("net::ERR_",)
    open_studio(page, own_server.address)
    unfold(page, "other-examples")
    own_server.stop(signal.SIGKILL)
    page.locator('#samples .card[data-sample="medical"]').click()
    expect(page.get_by_text("Connection Lost")).to_be_visible()
    picture(page, "connection-lost")
    own_server.start()
    expect(page.get_by_text("Connection Lost")).to_have_count(0)
    take_sample(page, "medical")
