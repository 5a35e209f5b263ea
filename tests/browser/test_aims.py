"""The first choice of the Method step: what learning from a reward or from pairs asks for, and shows."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.journey import at_step, open_studio, take_sample
from tests.browser.looks import looks_right
from tests.browser.test_own_table import upload


def test_a_reward_is_asked_for_before_a_run_may_learn_from_one(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "reviews")
    page.locator("#primary-data").click()
    at_step(page, "method")
    expect(page.locator("#reward-exact")).to_be_hidden()
    page.locator('#aim input[value="reward"]').check()
    start = page.locator("#primary-method")
    expect(start).to_have_text("Switch on a reward first")
    expect(start).to_be_disabled()
    page.locator("#reward-exact input").check()
    expect(start).to_contain_text("Start training")
    weight = page.locator("#knob-exact_weight input")
    expect(weight).to_have_value("1")
    looks_right(page, "aims")
    length = page.locator("#knob-length_weight input")
    page.locator("#reward-length input").check()
    expect(length).to_be_visible()
    expect(length).to_have_value("1")
    expect(weight).to_have_value("1")
    page.locator("#reward-length input").uncheck()
    expect(length).to_be_hidden()
    expect(weight).to_be_visible()
    weight.fill("0")
    weight.blur()
    expect(start).to_have_text("Switch on a reward first")
    page.locator('#aim input[value="answers"]').check()
    expect(page.locator("#reward-exact")).to_be_hidden()
    expect(start).to_contain_text("Start training")


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
