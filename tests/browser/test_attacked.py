"""Names, cells and answers that try to be programs are shown in every view, and none of them runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.attacks_home import ANSWER, ATTACKS, MARK, Filled, fill
from tests.browser.journey import at_step, drawn_out, open_studio
from tests.browser.servers import Server, new_server, started

SHOWN = ("data", "train", "compare")
"""Where names and cells of a person stand."""
SHOW_ALL = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const title of document.querySelectorAll("button.label-wrap:not(.open)")) title.click();
}"""
TOUCH_ALL = """() => {
  for (const part of document.querySelectorAll("*"))
    for (const kind of ["mouseover", "mouseenter", "focus", "pointerover"])
      part.dispatchEvent(new Event(kind));
}"""


@pytest.fixture
def attacked(tmp_path: Path, tiny_model_folder: Path) -> Iterator[tuple[Server, Filled]]:
    server = new_server(tmp_path)
    filled = fill(server.home, tiny_model_folder)
    with started(server):
        yield server, filled


def assert_nothing_ran(page: Page, view: str) -> None:
    page.evaluate(SHOW_ALL)
    drawn_out(page)
    page.evaluate(TOUCH_ALL)
    drawn_out(page)
    assert page.evaluate(f"window.{MARK}") is None, view


def test_no_script_of_the_data_runs_in_any_view(attacked: tuple[Server, Filled], page: Page) -> None:
    server, filled = attacked
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for step in ("data", "method", "train", "compare", "export"):
        open_studio(page, f"{server.address}?step={step}&dataset={filled.dataset}&run={filled.run}")
        at_step(page, step)
        assert_nothing_ran(page, step)
        assert step not in SHOWN or "onerror" in page.content(), f"{step} shows no attack: nothing is proved"
    page.goto(f"{server.address}?step=compare&dataset={filled.dataset}&run={filled.run}")
    at_step(page, "compare")
    page.locator("#question textarea").fill(ATTACKS[1])
    page.locator("#ask").click()
    expect(page.locator("#answers")).to_contain_text(ANSWER)
    assert_nothing_ran(page, "an answer")
    page.goto(f"{server.address}studio/report/{filled.run}")
    assert ANSWER in page.locator("body").inner_text()
    assert_nothing_ran(page, "the report")
    assert dialogs == []
