"""The first choice of the Method step: what learning from pairs asks for, and shows."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.journey import at_step, open_studio
from tests.browser.test_own_table import upload


def test_pairs_need_no_choice_and_both_answers_are_shown_as_they_are_learned(
    page: Page, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.csv"
    rows = "".join(f"question {n},better answer {n},worse answer {n}\n" for n in range(30))
    path.write_text("prompt,chosen,rejected\n" + rows)
    open_studio(page, server.address + "?step=data")
    upload(page, path)
    example = page.locator("#learning .example")
    expect(example.locator(".learned")).to_contain_text("better answer 0")
    expect(example.locator(".avoided")).to_contain_text("worse answer 0")
    page.locator("#primary-data").click()
    at_step(page, "method")
    expect(page.locator("#aim-said")).to_contain_text("Learn from preferences (DPO)")
    expect(page.locator("#aim")).to_be_hidden()
    page.locator("#objectives > button").click()
    expect(page.locator("#objective input")).to_have_count(4)
    page.locator("#advanced > button").click()
    expect(page.locator("#knob-dpo_beta input")).to_have_value("0.1")
    expect(page.locator("#knob-learning_rate input")).to_have_value("0.0001")
    page.locator('#objective input[value="orpo"]').check()
    expect(page.locator("#knob-learning_rate input")).to_have_value("0.0003")
