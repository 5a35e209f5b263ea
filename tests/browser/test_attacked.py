"""Names, cells and answers that try to be programs are shown in every view, and none of them runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.attacks_home import ANSWER, ATTACKS, FILE_NAME, MARK, MODEL_NAME, Filled, fill
from tests.browser.journey import at_step, drawn_out, open_studio, unfold
from tests.browser.servers import Server, new_server, started

SIGN = "onerror"
"""Stands in most attacks: where it can be read, texts of a person are shown."""
SHOW_ALL = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const title of document.querySelectorAll("button.label-wrap:not(.open)")) title.click();
}"""
TOUCH_ALL = """() => {
  for (const part of document.querySelectorAll("*"))
    for (const kind of ["mouseover", "mouseenter", "focus", "pointerover"])
      part.dispatchEvent(new Event(kind));
}"""
PLANTED = """(mark) => [...document.querySelectorAll("*")].filter((part) =>
  [...part.attributes].some(({ name, value }) => name.startsWith("on") || /^\\s*javascript:/i.test(value))
    || (part.localName === "script" && part.textContent.trim().startsWith(`window.${mark}`))
    || part.matches("img[src=x], iframe")
).map((part) => part.outerHTML.slice(0, 300))"""
"""Whatever of the page would run what a text says, also where nothing has set it off yet."""


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
    assert page.evaluate(PLANTED, MARK) == [], view
    assert page.evaluate(f"window.{MARK}") is None, view


def go(page: Page, step: str) -> None:
    page.locator(f'#steps button[data-step="{step}"]').click()
    at_step(page, step)


def assert_shown_and_not_run(page: Page, step: str, *texts: str) -> None:
    assert_nothing_ran(page, step)
    shown = page.locator(f"#step-{step}").inner_text()
    for text in (SIGN, *texts):
        assert text in shown, f"{step} does not show {text}: nothing is proved"


def test_no_script_of_the_data_runs_in_any_view(attacked: tuple[Server, Filled], page: Page) -> None:
    server, filled = attacked
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    open_studio(page, f"{server.address}?step=data&dataset={filled.dataset}&run={filled.run}")
    at_step(page, "data")
    assert_shown_and_not_run(page, "data", FILE_NAME.removesuffix(".csv"), ATTACKS[0])
    go(page, "train")
    assert_shown_and_not_run(page, "train", ATTACKS[1])
    page.locator(f'#runs [data-event="again"][data-id="{filled.run}"]').click()
    at_step(page, "method")
    assert_shown_and_not_run(page, "method", MODEL_NAME, f"Filled in as for “{ATTACKS[1]}”")
    go(page, "compare")
    page.locator("#question textarea").fill(ATTACKS[1])
    page.locator("#ask").click()
    expect(page.locator("#answers")).to_contain_text(ANSWER)
    assert_shown_and_not_run(page, "compare", ANSWER)
    takes_home(page)
    talks(page, filled)
    page.goto(f"{server.address}studio/report/{filled.run}")
    assert ANSWER in page.locator("body").inner_text()
    assert_nothing_ran(page, "the report")
    assert dialogs == []


def takes_home(page: Page) -> None:
    """A finished export with its card and certificate, the code, and what is typed for the hub."""
    go(page, "export")
    page.locator('#kinds input[value="merged"]').check()
    expect(page.locator("#export-result")).to_contain_text("outside the studio")
    unfold(page, "to-hub")
    page.get_by_label("Name at the hub").fill(ATTACKS[1])
    page.locator("#hub-send").click()
    expect(page.locator("#notice-export")).to_contain_text(ATTACKS[1])
    assert_shown_and_not_run(page, "export", "onerror=window.__attacked=11", "onerror=window.__attacked=12")


def talks(page: Page, filled: Filled) -> None:
    """A conversation: its title, questions and answers, what was looked up, the right answer."""
    go(page, "chat")
    unfold(page, "chat-earlier")
    page.locator(f'#talks [data-event="open"][data-id="{filled.talk}"]').click()
    expect(page.locator("#talk .exchange")).to_have_count(2)
    assert_shown_and_not_run(page, "chat", ANSWER, MODEL_NAME, ATTACKS[0], ATTACKS[7])
