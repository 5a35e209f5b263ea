"""The probe on the page: asked for with prompts of one's own, stopped, and the page is as good as before."""

import pytest
from playwright.sync_api import Browser, expect

from studio.services.studio import Studio
from tests.browser.conftest import Server
from tests.browser.journey import open_studio
from tests.browser.looks import violations, wider_than_screen
from tests.services.conftest import wait_for

SHORT_MS = 300_000


@pytest.fixture
def learned(server: Server) -> str:
    """Return a finished run of the starter, whose probe takes a while: an earlier test's, or a short one."""
    studio = Studio(server.home)
    earlier = [run.id for run in studio.runs() if run.status == "finished" and run.config.model == "starter"]
    if earlier:
        return earlier[0]
    run = studio.start(studio.plan(studio.add_sample("medical").id, "quick", knobs={"steps": 2}))
    wait_for(lambda: studio.run(run).status == "finished", seconds=SHORT_MS / 1000)
    return run


def test_a_probe_is_begun_with_a_prompt_of_ones_own_and_stopped(
    server: Server,
    chromium: Browser,
    learned: str,
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(60_000)
    open_studio(page, f"{server.address}?step=compare&run={learned}")
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
