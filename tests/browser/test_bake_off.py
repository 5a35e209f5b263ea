"""The bake-off from Compare: instructions and a document are added, ways set side by side, advice read."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Server
from tests.browser.journey import TRAINING_MS, at_step, open_studio
from tests.browser.looks import looks_right


@pytest.fixture(scope="module")
def baked(server: Server, chromium: Browser, examined: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the id of a run whose bake-off was held as a visitor would hold it."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    open_studio(page, f"{server.address}?step=compare&run={examined}")
    at_step(page, "compare")
    page.locator("#bake-off > button").click()
    add_document(page, tmp_path_factory.mktemp("documents") / "help.md")
    page.locator("#bake-off-prompt textarea").fill("Answer with the name of the chapter alone.")
    page.locator("#bake-off-prompt textarea").blur()
    expect(page.locator('#bake-off-ways input[value="prompt"]')).to_be_checked()
    for way in ("few_shot", "retrieval"):
        page.locator(f'#bake-off-ways input[value="{way}"]').uncheck()
    expect(page.locator("#bake-off-ways input:checked")).to_have_count(1)
    expect(page.locator("#bake-off-expected")).to_contain_text("the last exam took")
    page.locator("#bake-off-start").click()
    expect(page.locator("#bake-off-results table.of-ways tbody tr")).to_have_count(3, timeout=TRAINING_MS)
    page.close()
    return examined


def add_document(page: Page, path: Path) -> None:
    """Add a document, take it out, and bring it back."""
    path.write_text("Diseases of the respiratory system are chapter ten.\n", encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.locator("#bake-off-upload").click()
    chooser.value.set_files(path)
    expect(page.locator("#bake-off-documents li")).to_contain_text("1 passage")
    page.locator('#bake-off-documents [data-event="remove"]').click()
    page.locator('#bake-off-documents [data-event="restore"]').click()
    expect(page.locator("#bake-off-documents li")).to_have_count(1)


def test_a_box_ticked_while_the_answer_to_another_is_awaited_stays_ticked(
    page: Page, server: Server, examined: str
) -> None:
    open_studio(page, f"{server.address}?step=compare&run={examined}")
    at_step(page, "compare")
    page.locator("#bake-off > button").click()
    first, second = (
        page.locator(f'#bake-off-ways input[value="{way}"]') for way in ("few_shot", "retrieval")
    )
    second.uncheck()
    expect(page.locator("#bake-off-ways input:checked")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)
        if len(asked) not in (
            2,
            3,
        ):  # what is drawn from the first press waits, and the second press behind it
            route.continue_()

    page.route("**/run/predict*", hold)
    with page.expect_request(lambda request: "/run/predict" in request.url and len(asked) == 1):
        first.uncheck()
    second.check()
    with page.expect_request("**/run/predict*"):
        asked[1].continue_()
    expect(page.locator("#bake-off-expected")).to_contain_text("Tick at least one way")
    expect(second).to_be_checked()
    asked[2].continue_()
    expect(page.locator("#bake-off-start")).to_be_enabled()
    expect(second).to_be_checked()


def test_what_the_bake_off_found_is_accessible_and_fits(page: Page, server: Server, baked: str) -> None:
    page.goto(f"{server.address}?step=compare&run={baked}")
    at_step(page, "compare")
    page.locator("#bake-off > button").click()
    expect(page.locator("#bake-off-results .verdict b")).not_to_be_empty()
    expect(page.locator("#bake-off-results .main-svg").first).to_be_visible()
    expect(page.locator("#bake-off-results")).to_contain_text("held-back rows")
    expect(page.locator("#bake-off-ways .choice").first).to_be_visible()
    looks_right(page, "bake-off")


def test_a_question_can_be_answered_with_what_the_documents_say(
    page: Page, server: Server, baked: str
) -> None:
    open_studio(page, f"{server.address}?step=compare&run={baked}")
    page.locator("#with-documents input").check()
    page.locator("#question textarea").fill("Which chapter has diseases of the respiratory system?")
    page.locator("#ask").click()
    expect(page.locator("#answers .sources li").first).to_be_visible(timeout=TRAINING_MS)
    expect(page.locator("#answers .sources")).to_contain_text("help.md")
    expect(page.locator("#answers .proof")).to_have_count(2, timeout=TRAINING_MS)
