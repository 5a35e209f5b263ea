"""What the Data step notices beyond the rows: a split, a group, languages; and what the method changes."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import at_step, open_studio, unfold
from tests.browser.test_own_table import upload

ENGLISH = "The train to town number {} leaves at ten in the morning, so please be at the station early."
GERMAN = "Der Zug in die Stadt Nummer {} fährt um zehn Uhr morgens ab, also seien Sie bitte etwas früher da."


def write_table(folder: Path) -> Path:
    path = folder / "with parts.csv"
    rows = (
        f'When does train {n} leave?,"{(GERMAN if n % 6 == 0 else ENGLISH).format(n)}",'
        f"{'test' if n % 5 == 0 else 'train'},p{n // 2}\n"
        for n in range(30)
    )
    path.write_text("question,answer,part,patient id\n" + "".join(rows), encoding="utf-8")
    return path


def test_a_split_and_a_group_are_used_by_a_press_and_languages_are_drawn(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address + "?step=data")
    upload(page, write_table(tmp_path))
    expect(page.locator("#report")).to_contain_text("“part” seems to say which rows are for training")
    expect(page.locator("#report")).to_contain_text("“patient id” names the same again and again")
    expect(page.locator("#pictures")).to_contain_text("answers are in English")
    expect(page.locator("#pictures .main-svg").first).to_be_visible()
    picture(page, "noticed-1")
    page.locator("#use-split").click()
    expect(page.locator("#mapping-sentence")).to_contain_text("“part” is where a row belongs")
    expect(page.locator("#use-split")).to_be_hidden()
    page.locator("#use-group").click()
    expect(page.locator("#mapping-sentence")).to_contain_text("“patient id” is what belongs together")
    expect(page.locator("#role-split input")).to_have_value("part")


def test_the_example_is_shown_as_the_method_will_have_it_learned(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address + "?step=data")
    upload(page, write_table(tmp_path))
    example = page.locator("#learning .example")
    expect(example).to_contain_text("<|im_start|>assistant")
    page.locator("#primary-data").click()
    at_step(page, "method")
    unfold(page, "advanced")
    unfold(page, "objectives")
    page.locator('#objective input[value="completion"]').check()
    expect(page.locator("#fit")).not_to_contain_text("cut at")
    page.locator("#knob-max_length input").fill("20")
    page.locator("#knob-max_length input").blur()
    expect(page.locator("#recipes")).to_contain_text("cut at 20 tokens")
    page.locator("#back-method").click()
    expect(example.locator(".cut")).to_be_visible()
    expect(example).not_to_contain_text("im_start")
    picture(page, "noticed-2")
    page.locator("#primary-data").click()
    expect(page.locator("#knob-max_length input")).to_have_value("20")
