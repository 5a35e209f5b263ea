"""Asking in other words from the Compare step: the fold says what will be asked, then what was found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from studio.services.studio import Studio
from studio.services.views import Duty
from tests.browser.conftest import Server, Watch, new_server, picture
from tests.browser.journey import TRAINING_MS
from tests.browser.test_looks import violations, wider_than_screen
from tests.services.conftest import ended, planned, write_table


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path
) -> Iterator[tuple[Server, str]]:
    """A studio with a finished run of the tiny model that no exam was held of."""
    folder = tmp_path_factory.mktemp("steady")
    server = new_server(folder)
    studio = Studio(server.home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    run = studio.start(
        planned(studio, write_table(folder / "sums.csv"), tiny_model_folder, learning_rate=0.05)
    )
    assert ended(studio, run) == "finished"
    studio.close()
    server.start()
    yield server, run
    server.stop()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answers_to_other_words_are_asked_for_and_told_in_the_fold(
    chromium: Browser, trained: tuple[Server, str], watch: Watch, scheme: str, width: int
) -> None:
    server, run = trained
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch.on(page)
    page.goto(f"{server.address}?step=compare&run={run}")
    fold = page.locator("#steady > button")
    fold.click()
    expect(page.locator("#steady-start")).to_be_visible()
    if "Too few" not in fold.inner_text():
        expect(page.locator("#steady-found")).to_contain_text("two other ways")
        page.locator("#steady-start").click()
    expect(fold).to_contain_text("Too few questions to tell", timeout=TRAINING_MS)
    expect(page.locator("#steady-found")).to_contain_text("95 % interval of the difference")
    page.evaluate("document.fonts.ready")
    picture(page, f"{scheme}-{width}-steady")
    assert (wider_than_screen(page), violations(page)) == ([], [])
    context.close()
