"""Settings that cannot be: every problem is told at once, in view, and nothing is started."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import at_step, open_studio, take_sample


def test_all_wrong_settings_are_named_in_one_notice_that_is_in_view(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    page.locator("#primary-data").click()
    at_step(page, "method")
    page.locator("#advanced > button").click()
    for name, value in (("rank", "9999"), ("epochs", "0")):
        page.locator(f"#knob-{name} input").fill(value)
    page.locator("#knob-epochs input").blur()
    page.locator("#primary-method").click()
    notice = page.locator("#notice-method .notice.error")
    expect(notice).to_contain_text("Size of the add-on")
    expect(notice).to_contain_text("Rounds through the data")
    expect(notice).to_be_in_viewport()
    at_step(page, "method")
    picture(page, "settings-refused")


def test_a_model_of_elsewhere_must_be_named(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    page.locator("#primary-data").click()
    page.get_by_label("Another model of the Hugging Face hub").check()
    expect(page.locator("#primary-method")).to_have_text("Name a model first")
    expect(page.locator("#primary-method")).to_be_disabled()
    page.locator("#fetch").click()
    expect(page.locator("#notice-method")).to_contain_text("No model is named.")
    picture(page, "model-elsewhere")
