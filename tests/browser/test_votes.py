"""A blind vote in a real browser: by key and by button, undone, kept over a reload, revealed at the end."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.looks import looks_right
from tests.browser.tiny_runs import examined_run


@pytest.fixture(scope="module")
def voting(
    server: Server, tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path
) -> tuple[Server, str]:
    """A studio with a finished run of the tiny model and its exam, on which nobody has voted."""
    return server, examined_run(server, tmp_path_factory.mktemp("votes"), tiny_model_folder, rows=59)


def open_votes(page: Page, server: Server, run: str) -> None:
    page.goto(f"{server.address}?step=compare&run={run}")
    expect(page.locator("#exam table.exam").first).to_be_visible()
    page.locator("#judge-yourself > button").click()
    expect(page.locator("#votes .votes")).to_be_visible()


def number(page: Page, at: int) -> None:
    expect(page.locator("#votes .bar-words b")).to_contain_text(f"Question {at} of")


def test_three_questions_are_voted_on_blind_one_is_undone_and_the_names_come_at_the_end(
    page: Page, voting: tuple[Server, str]
) -> None:
    server, run = voting
    open_votes(page, server, run)
    number(page, 1)
    assert "tuned" not in page.locator("#votes").inner_text()
    page.keyboard.press("1")
    number(page, 2)
    page.get_by_role("button", name="Second is better").click()
    number(page, 3)
    page.keyboard.press("0")
    number(page, 4)
    expect(page.locator("#judge-yourself > button")).to_contain_text("(3 of")
    page.get_by_role("button", name="Undo the last vote").click()
    number(page, 3)

    page.locator("#question textarea").press_sequentially("1 2 0")
    number(page, 3)
    open_votes(page, server, run)
    number(page, 3)
    page.get_by_role("button", name="Both bad").click()
    number(page, 4)
    page.get_by_role("button", name="Show the result now").click()
    expect(page.locator("#votes .verdict")).to_contain_text("Too few votes to tell")
    expect(page.locator("#votes .numbers")).to_contain_text("ties")
    expect(page.locator("#judge-yourself > button")).to_contain_text("you preferred the tuned answer in")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSONL").click()
    assert download.value.path().read_text(encoding="utf-8").count('"chosen"') == 2
    page.get_by_role("button", name="Go on with the other").click()
    number(page, 4)


def test_a_model_of_this_machine_judges_and_an_address_says_first_where_the_answers_go(
    page: Page, voting: tuple[Server, str], tiny_model_folder: Path
) -> None:
    server, run = voting
    open_votes(page, server, run)
    page.locator("#let-judge > button").click()
    page.get_by_label("A model behind an address").check()
    page.locator("#judge-address input, #judge-address textarea").fill("https://api.example.com/v1")
    expect(page.locator("#judge-leaves")).to_contain_text("Your data will leave this computer.")
    expect(page.locator("#judge-key input")).to_have_attribute("type", "password")
    looks_right(page, "judge-address")
    page.get_by_label("A model on this machine").check()
    expect(page.locator("#judge-leaves")).to_be_empty()
    page.locator("#judge-model input, #judge-model textarea").fill(str(tiny_model_folder))
    page.locator("#judge-start").click()
    expect(page.locator("#judge .verdict")).to_contain_text("Too few questions to tell")
    expect(page.locator("#judge")).to_contain_text("named no answer")
    expect(page.locator("#let-judge > button")).to_contain_text("it decided no question")
    looks_right(page, "judge")


def test_the_vote_and_its_result_are_accessible_and_fit(page: Page, voting: tuple[Server, str]) -> None:
    server, run = voting
    open_votes(page, server, run)
    looks_right(page, "vote")
    page.get_by_role("button", name="First is better").click()
    page.get_by_role("button", name="Show the result now").click()
    expect(page.locator("#votes .verdict")).to_be_visible()
    looks_right(page, "vote-result")
