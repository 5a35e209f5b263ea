"""All runs on one page: begun by another process, paused, gone on with, repeated, compared, deleted."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from studio.services.studio import Studio
from tests.browser.conftest import Server
from tests.browser.journey import at_step, opened_run, wait_for_points
from tests.browser.looks import looks_right
from tests.services.conftest import planned, write_table

LONG, SHORT = 20_000, 12


def row(page: Page, run: str) -> Locator:
    return page.locator(f'#runs li[data-run="{run}"]')


def press(page: Page, run: str, words: str) -> None:
    row(page, run).get_by_role("button", name=words).first.click()


def badge(page: Page, run: str) -> Locator:
    return row(page, run).locator(".badge")


@pytest.fixture
def begun(server: Server, tmp_path: Path, tiny_model_folder: Path) -> tuple[str, str]:
    """Two runs that this process asks for; the studio that holds the home takes them up."""
    other = Studio(server.home)
    table = write_table(tmp_path / "sums.csv")
    first = planned(other, table, tiny_model_folder, steps=LONG, learning_rate=1e-5)
    second = planned(other, table, tiny_model_folder, steps=SHORT)
    return other.start(first, "The long one"), other.start(second, "The short one")


def test_runs_are_paused_resumed_repeated_compared_and_deleted(
    page: Page, server: Server, begun: tuple[str, str]
) -> None:
    long, short = begun
    page.goto(f"{server.address}?step=train&run={long}")
    wait_for_points(page, 2)
    expect(badge(page, short)).to_contain_text("Waiting, number 1")
    press(page, long, "Pause")
    expect(badge(page, long)).to_contain_text("Paused at step")
    expect(badge(page, short)).to_contain_text("Finished in")
    press(page, long, "Resume")
    expect(badge(page, long)).to_contain_text("Step ")
    press(page, long, "Stop")
    expect(badge(page, long)).to_contain_text("Stopped at step")

    again = repeat(page, short)
    assert again not in begun
    compare(page, long, again)
    delete(page, long)
    expect(row(page, short)).to_be_visible()


def repeat(page: Page, run: str) -> str:
    """Begin a run like an earlier one with one setting changed, and return its id."""
    press(page, run, "Change and run again")
    at_step(page, "method")
    expect(page.locator("#like")).to_contain_text("Filled in as for “The short one”")
    page.locator("#advanced > button").click()
    steps = page.locator("#knob-steps input")
    expect(steps).to_have_value(str(SHORT))
    steps.fill("10")
    steps.blur()
    expect(page.locator("#primary-method")).to_be_enabled()
    page.locator("#primary-method").click()
    at_step(page, "train")
    made = opened_run(page)
    expect(badge(page, made)).to_contain_text("Finished in")
    return made


def compare(page: Page, one: str, other: str) -> None:
    for run in (one, other):
        row(page, run).get_by_role("checkbox").check()
        expect(row(page, run).get_by_role("checkbox")).to_be_checked()
    versus = page.locator("#versus")
    expect(versus.locator(".verdict")).to_be_visible()
    expect(versus.locator(".chart .main-svg").first).to_be_visible()
    expect(versus.get_by_role("region", name="Settings that differ")).to_contain_text(f"{LONG}")
    axis = "document.querySelector('#versus .chart').layout.xaxis.title.text"
    assert page.evaluate(axis) == "Training steps"
    versus.get_by_label("By steps").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{axis} === 'Seconds of training'")
    page.wait_for_function("document.activeElement?.value === 'seconds'")


def delete(page: Page, run: str) -> None:
    press(page, run, "Delete")
    dialog = page.locator("dialog.ask")
    expect(dialog).to_contain_text("saved point")
    expect(dialog).to_contain_text("What you downloaded already stays")
    sure = dialog.get_by_role("button", name="Delete")
    expect(sure).to_be_disabled()
    dialog.get_by_role("textbox").fill("delete")
    sure.click()
    expect(row(page, run)).to_have_count(0)


def test_the_list_and_the_comparison_are_accessible_and_fit(page: Page, server: Server) -> None:
    finished = [run for run in Studio(server.home).runs() if run.step > 0][:2]
    assert len(finished) == 2, "the test before this one leaves two"
    page.goto(f"{server.address}?step=train&run={finished[0].id}")
    page.get_by_role("button", name="All your runs").click()
    expect(page.locator("#runs h3")).to_be_focused()
    for run in finished:
        row(page, run.id).get_by_role("checkbox").check()
        expect(row(page, run.id).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#versus .chart .main-svg").first).to_be_visible()
    looks_right(page, "runs")
