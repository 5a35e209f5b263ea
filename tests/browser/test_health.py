"""The health report at work: a messy spreadsheet is mended by clicks, a step is undone, the rest learned."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import choose_method, open_studio, start_training, wait_for_head
from tests.browser.messy import COPIES, EMAILS, REMNANTS, write_messy
from tests.browser.test_own_table import upload

GOOD = 60


def issue(page: Page, words: str) -> object:
    return page.locator("#report li", has_text=words)


def try_fix(page: Page, words: str, button: str) -> object:
    """Press a fix of a finding and return its trial once the rows are there."""
    issue(page, words).get_by_role("button", name=button).click()
    trial = page.locator("#report .trial")
    expect(trial.get_by_role("button", name="Cancel")).to_be_visible()
    return trial


def apply(page: Page, done: str) -> None:
    page.locator("#report .trial .apply").click()
    expect(page.locator("#report .done")).to_contain_text(f"Done: {done}")


def test_a_messy_table_is_mended_by_clicks_and_then_learned(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address + "?step=data")
    upload(page, write_messy(tmp_path))
    headline, primary = page.locator("#report h3"), page.locator("#primary-data")
    expect(headline).to_have_text(f"{GOOD + COPIES} of {GOOD + COPIES + 1} examples are ready.")
    expect(page.locator("#report")).to_contain_text("The answer is empty.")
    expect(page.locator("#pictures .main-svg").first).to_be_visible()
    expect(page.locator("#learning .example .learned").first).to_be_visible()
    picture(page, "health-1-found")

    trial = try_fix(page, "e-mail addresses", "Replace with placeholders")
    expect(trial).to_contain_text(f"{EMAILS} rows change.")
    expect(trial.locator("ins").first).to_have_text("[EMAIL_1]")
    assert page.evaluate("document.activeElement.className") == "trial", "the keyboard goes on in the trial"
    picture(page, "health-2-trial")
    trial.get_by_role("button", name="Cancel").click()
    expect(page.locator("#report .trial")).to_have_count(0)

    try_fix(page, "e-mail addresses", "Replace with placeholders")
    apply(page, "Replace with placeholders")
    expect(issue(page, "e-mail addresses")).to_have_count(0)
    expect(page.locator("#preview")).to_contain_text("[EMAIL_1]")

    trial = try_fix(page, "exact copy", "Keep the first of each")
    expect(trial).to_contain_text(f"{COPIES} rows are left out.")
    apply(page, "Keep the first of each")
    expect(headline).to_have_text(f"{GOOD} of {GOOD + 1} examples are ready.")
    expect(primary).to_have_text(f"Use these {GOOD} examples")

    trial = try_fix(page, "HTML left over", "Take the tags out")
    expect(trial).to_contain_text(f"{REMNANTS} rows change.")
    picture(page, "health-3-tags")
    apply(page, "Take the tags out")
    steps = page.locator("#history ol > li")
    expect(steps).to_have_count(3)
    expect(steps.first).to_contain_text(f"{REMNANTS} rows changed")
    picture(page, "health-4-mended")

    page.locator("#report .done").get_by_role("button", name="Undo").click()
    expect(issue(page, "HTML left over")).to_have_count(1)
    expect(steps).to_have_count(2)
    expect(page.locator("#notice-data")).to_contain_text("Undone.")
    page.locator("#history").get_by_role("button", name="Make it again").click()
    expect(steps).to_have_count(3)

    page.locator("#preview").get_by_role("button", name="Edit the good answer of row 2").click()
    page.locator("dialog.ask textarea").fill("A text of my own.")
    page.locator("dialog.ask").get_by_role("button", name="Save this text").click()
    expect(page.locator("#preview tbody tr").first).to_contain_text("A text of my own.")
    expect(steps).to_have_count(4)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    page.reload()
    expect(steps).to_have_count(4)
    expect(headline).to_have_text(f"{GOOD} of {GOOD + 1} examples are ready.")
    choose_method(page, "quick", steps=2)
    start_training(page)
    wait_for_head(page, "Training is done")


def test_columns_are_joined_by_a_prompt_and_what_is_wrong_with_it_is_told_beside_it(
    page: Page, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "three columns.csv"
    rows = "".join(f"topic {n},What about {n}?,It is number {n}.\n" for n in range(20))
    path.write_text(f"topic,question,answer\n{rows}", encoding="utf-8")
    open_studio(page, server.address + "?step=data")
    upload(page, path)
    page.locator("#role-input input").click()
    page.locator("#role-input").get_by_role("option", name=re.compile("Several columns")).click()
    prompt = page.locator("#prompt textarea")
    prompt.fill("About {nothing}: ")
    page.locator("#slots").get_by_role("button", name="Put in the column question").click()
    expect(prompt).to_have_value("About {nothing}: {question}")
    page.locator("#remap").click()
    expect(page.locator("#notice-columns .notice.error")).to_contain_text("There is no column “nothing”")
    expect(prompt).to_have_value("About {nothing}: {question}")
    picture(page, "health-prompt")
    prompt.fill("About {topic}: {question}")
    page.locator("#remap").click()
    expect(page.locator("#preview tbody tr").first).to_contain_text("About topic 0: What about 0?")
    expect(page.locator("#notice-columns .notice")).to_have_count(0)


def test_a_large_file_shows_how_far_it_is_and_what_it_found_and_can_be_cancelled(
    page: Page, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "very many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("question,answer\n")
        for n in range(400_000):
            file.write(
                f"Question number {n} about order {n * 7919}?,Write to a{n % 50}@example.org about {n}.\n"
            )
    open_studio(page, server.address + "?step=data")
    upload(page, path)
    reading = page.locator("#reading section")
    expect(reading.get_by_role("progressbar")).to_be_visible()
    expect(reading).to_contain_text("e-mail addresses")
    expect(reading.locator('[data-live="upload"]')).to_contain_text("rows read")
    page.reload()
    expect(reading).to_contain_text("e-mail addresses")
    picture(page, "health-reading")
    reading.get_by_role("button", name="Cancel").click()
    expect(page.locator("#reading section")).to_have_count(0)
    expect(page.locator("#uploads li", has_text="very many")).to_have_count(0)


def test_a_large_change_runs_in_the_background_and_the_page_goes_on(
    page: Page, context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    rows = 12_000
    path = tmp_path / "rather many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("question,answer\n")
        for n in range(rows):
            file.write(
                f"Question number {n} about order {n * 7919}?,Write to a{n % 50}@example.org on {n}.\n"
            )
    open_studio(page, server.address + "?step=data")
    upload(page, path)
    expect(page.locator("#report h3")).to_have_text(f"All {rows:,} examples are ready.", timeout=300_000)

    issue(page, "e-mail addresses").get_by_role("button", name="Show these rows").click()
    expect(page.locator("#preview")).to_contain_text("Only the rows of one finding")
    assert page.evaluate("document.activeElement.className") == "listing"
    page.get_by_role("button", name="Show all rows").click()
    page.get_by_label("Go to row").fill("9000")
    page.get_by_label("Go to row").press("Enter")
    first = page.locator("#preview tbody th").first
    expect(first).to_have_text("9,000")
    page.get_by_role("button", name="Rows after").click()
    expect(first).to_have_text("9,010")
    picture(page, "health-rows")

    other = context.new_page()
    open_studio(other, page.url)
    try_fix(page, "e-mail addresses", "Replace with placeholders")
    page.locator("#report .trial .apply").click()
    working = page.locator("#changing section")
    expect(working.locator('[data-live="change"]')).to_contain_text("rows checked", timeout=300_000)
    other.evaluate("window.studioScreen.wake()")  # as when somebody comes back to that page
    expect(other.locator("#changing section")).to_contain_text("replace with placeholders")
    other.close()
    page.get_by_role("button", name="Rows before").click()
    expect(first).to_have_text("9,000")
    expect(working).to_be_in_viewport()
    expect(page.locator("#preview .pencil")).to_have_count(0)
    picture(page, "health-changing")
    working.get_by_role("button", name="Cancel").click()
    expect(working).to_have_count(0)
    expect(page.locator("#history ol > li")).to_have_count(0)
    expect(page.locator("#preview")).to_contain_text("@example.org")

    try_fix(page, "e-mail addresses", "Replace with placeholders")
    page.locator("#report .trial .apply").click()
    expect(working).to_be_visible()
    expect(page.locator("#report .done")).to_contain_text("12,000 rows changed", timeout=300_000)
    expect(page.locator("#preview")).to_contain_text("[EMAIL_1]")
