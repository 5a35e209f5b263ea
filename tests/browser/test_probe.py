"""The probe on the page: asked for with prompts of one's own, stopped, and the page is as good as before."""

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server
from tests.browser.journey import open_studio
from tests.browser.looks import violations, wider_than_screen
from tests.browser.test_looks import finished  # noqa: F401  a fixture

SHORT_MS = 300_000


def test_a_probe_is_begun_with_a_prompt_of_ones_own_and_stopped(
    server: Server,
    chromium: Browser,
    finished: str,  # noqa: F811
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(60_000)
    open_studio(page, f"{server.address}?step=compare&run={finished}")
    page.locator("#what-else > button").click()
    expect(page.locator("#what-else")).to_contain_text("200 general texts")
    page.locator("#must-work textarea").fill("What is the capital of France?\n<b>Who</b> are you?")
    page.locator("#probe").get_by_role("button", name="Probe it").click()
    stop = page.locator("#probe").get_by_role("button", name="Stop the probe")
    expect(stop).to_be_visible()
    assert violations(page, "#what-else") == []
    # One that still waits is taken out of the queue, and there is nothing to go on with.
    expect(page.locator("#probe .bar-words")).not_to_contain_text("Waiting", timeout=SHORT_MS)
    stop.click()
    expect(page.locator("#probe")).to_contain_text("it goes on where it was", timeout=SHORT_MS)
    assert wider_than_screen(page) == []

    page.reload()
    page.locator("#what-else > button").click()
    expect(page.locator("#must-work textarea")).to_have_value(
        "What is the capital of France?\n<b>Who</b> are you?"
    )
    page.close()
