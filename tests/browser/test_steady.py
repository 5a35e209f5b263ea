"""Asking in other words from the Compare step: the fold says what will be asked, then what was found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.services.studio import Studio
from studio.services.views import Duty
from tests.browser.conftest import Server, new_server
from tests.browser.journey import TRAINING_MS
from tests.browser.looks import looks_right
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


def test_the_answers_to_other_words_are_asked_for_and_told_in_the_fold(
    page: Page, trained: tuple[Server, str]
) -> None:
    server, run = trained
    page.goto(f"{server.address}?step=compare&run={run}")
    fold = page.locator("#steady > button")
    fold.click()
    expect(page.locator("#steady-start")).to_be_visible()
    expect(page.locator("#steady-found")).to_contain_text("two other ways")
    page.locator("#steady-start").click()
    expect(fold).to_contain_text("Too few questions to tell", timeout=TRAINING_MS)
    expect(page.locator("#steady-found")).to_contain_text("95 % interval of the difference")
    looks_right(page, "steady")
