"""From votes to a better model in a real browser: ten pairs are voted on, and DPO is started from them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import TRAINING_MS, at_step, start_training, unfold, wait_for_head
from tests.browser.looks import looks_right
from tests.browser.tiny_runs import examined_run
from tests.services.test_voting import held_exam, keep

QUESTIONS = 14


@pytest.fixture(scope="module")
def differing(
    server: Server, tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path
) -> tuple[Server, str]:
    """A studio with a finished run of the tiny model, and an exam of fourteen answers, made up to differ."""
    run = examined_run(server, tmp_path_factory.mktemp("lessons"), tiny_model_folder, rows=58)
    keep(server.home, run, held_exam(QUESTIONS, identical=0))
    return server, run


def open_compare(page: Page, server: Server, run: str) -> None:
    page.goto(f"{server.address}?step=compare&run={run}")
    expect(page.locator("#exam table.exam").first).to_be_visible()


def lessons_title(page: Page) -> str:
    return page.locator("#learn-from-feedback > button").inner_text()


def test_what_is_missing_is_said_before_there_are_ten_preferences(
    page: Page, differing: tuple[Server, str]
) -> None:
    server, run = differing
    open_compare(page, server, run)
    assert "0 of the 10 preferences" in lessons_title(page)
    page.locator("#learn-from-feedback > button").click()
    expect(page.locator("#lessons")).to_contain_text("10 to go")
    expect(page.locator("#lessons button")).to_have_count(0)
    looks_right(page, "lessons-none")


def test_drawn_answers_are_judged_and_one_answer_is_rated_and_put_right(
    page: Page, differing: tuple[Server, str]
) -> None:
    server, run = differing
    open_compare(page, server, run)
    page.locator("#question textarea").fill("What is 7 plus one?")
    page.locator("#ask").click()
    expect(page.locator("#answers .rate")).to_have_count(2, timeout=TRAINING_MS)
    tuned = page.locator("#answers .answer.tuned")
    tuned.get_by_role("button", name="Good").click()
    expect(tuned.get_by_role("button", name="Good")).to_have_attribute("aria-pressed", "true")
    tuned.get_by_role("button", name="Write the right answer").click()
    page.locator("dialog textarea").fill("It is 8.")
    page.get_by_role("button", name="Keep this answer").click()
    expect(tuned).to_contain_text("It is 8.")
    looks_right(page, "put-right")
    tuned.get_by_role("button", name="Take it back").click()
    expect(tuned.get_by_role("button", name="Good")).to_have_attribute("aria-pressed", "false")

    page.locator("#judge-more > button").click()
    page.locator("#draw-questions textarea").fill("Why?\nHow?")
    page.locator("#draw-start").click()
    expect(page.locator("#drawn .votes .bar-words b")).to_contain_text("Question 1 of", timeout=TRAINING_MS)
    page.keyboard.press("1")
    expect(page.locator("#judge-more > button")).to_contain_text("1 of")
    looks_right(page, "drawn")
    page.get_by_role("button", name="Undo the last vote").click()
    expect(page.locator("#judge-more > button")).to_contain_text("0 of")


def test_ten_pairs_are_voted_on_and_dpo_is_started_from_them(
    page: Page, differing: tuple[Server, str]
) -> None:
    server, run = differing
    open_compare(page, server, run)
    page.locator("#judge-yourself > button").click()
    page.locator("#learn-from-feedback > button").click()
    for number in range(1, 11):
        expect(page.locator("#votes .bar-words b")).to_contain_text(f"Question {number} of")
        page.keyboard.press("1" if number % 3 else "2")
        if number == 4:
            expect(page.locator("#lessons")).to_contain_text("6 to go")
    learn = page.get_by_role("button", name="Learn from these 10 preferences")
    expect(learn).to_be_visible()
    page.get_by_role("button", name="Undo the last vote").click()
    expect(page.locator("#lessons")).to_contain_text("1 to go")
    page.keyboard.press("2")
    expect(learn).to_be_visible()
    picture(page, "light-1280-lessons-ten")
    learn.click()

    at_step(page, "data")
    expect(page.get_by_role("heading", name="All 10 examples are ready.")).to_be_visible()
    expect(page.locator("#steps")).to_contain_text("10 examples")
    page.locator("#primary-data").click()
    at_step(page, "method")
    unfold(page, "objectives")
    expect(page.locator("#objective input:checked")).to_have_value("dpo")
    unfold(page, "advanced")
    page.locator("#knob-steps input").fill("3")
    page.locator("#knob-steps input").blur()
    expect(page.locator("#recipes input:checked ~ .choice-text small")).to_contain_text(
        re.compile(r"\b3 steps\b")
    )
    assert start_training(page) != run
    wait_for_head(page, "Training is done")
