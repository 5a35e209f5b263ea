"""A table of one's own: guessed, shown, corrected, refused in words; and never more than text."""

import json
from pathlib import Path

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import at_step, open_studio, unfold

ATTACK = "<script>window.harm=1</script><img src=x onerror=window.harm=1>${window.harm=1}{{value}}`"


def write_table(folder: Path) -> Path:
    """Unknown column names, two rows without an answer, and cells that try to run."""
    lines = ["thema,frage,antwort"]
    for number in range(2, 34):
        answer = "" if number in (5, 9) else f'"Answer {number} {ATTACK}"'
        lines.append(f'x{number},"Question {number} {ATTACK}",{answer}')
    path = folder / "my table.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def upload(page: Page, path: Path) -> None:
    unfold(page, "other-examples")
    page.locator("#upload input[type=file]").set_input_files(path)


def test_own_columns_are_mapped_and_unusable_rows_are_named(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address)
    upload(page, write_table(tmp_path))
    expect(page.locator("#mapping")).to_be_visible()
    for role, column in (("input", "frage"), ("output", "antwort")):
        page.locator(f"#role-{role} input").click()
        page.locator(f"#role-{role}").get_by_role("option", name=column, exact=True).click()
    page.locator("#remap").click()
    expect(page.locator("#report h3")).to_have_text("30 of 32 examples are ready.")
    expect(page.locator("#report")).to_contain_text("5 and 9")
    expect(page.locator("#learning .example .learned").first).to_contain_text("Answer 2")
    page.get_by_role("button", name="Next example").click()
    expect(page.locator("#learning .stepper")).to_contain_text("2 of 30")
    picture(page, "own-table")
    assert page.evaluate("window.harm") is None, "text of the user's file ran as script"
    expect(page.locator("#preview")).to_contain_text("onerror=window.harm=1")
    expect(page.locator("#primary-data")).to_have_text("Use these 30 examples")

    page.get_by_role("button", name="Fill in by hand").click()
    page.get_by_role("button", name="Fill in row 5").click()
    dialog = page.locator("dialog.ask")
    answer = dialog.get_by_label("antwort")
    expect(answer).to_be_focused()
    dialog.get_by_role("button", name="Save this row").click()
    expect(dialog.get_by_role("alert")).to_have_text("“antwort” is still empty.")
    answer.fill(f"Written by hand {ATTACK}")
    picture(page, "fill-in")
    dialog.get_by_role("button", name="Save this row").click()
    expect(page.locator("#report .done")).to_contain_text("Filled in: 1 row.")
    expect(page.locator("#report h3")).to_have_text("31 of 32 examples are ready.")
    expect(page.get_by_role("button", name="Fill in row 9")).to_be_focused()
    page.locator("#report .done").get_by_role("button", name="Undo").click()
    expect(page.locator("#report h3")).to_have_text("30 of 32 examples are ready.")
    assert page.evaluate("window.harm") is None, "text that was typed ran as script"


def test_a_press_is_kept_while_the_answer_to_the_one_before_is_awaited(
    page: Page, server: Server, tmp_path: Path
) -> None:
    """The slower press answered last here, with a session in which the quicker one had not happened."""
    path = tmp_path / "slowly read.csv"
    path.write_text("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(20)), encoding="utf-8")
    open_studio(page, server.address)
    upload(page, path)
    expect(page.locator("#learning .stepper")).to_contain_text("1 of 20")
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/run/predict*", lambda route: held.append(route), times=1)
    page.locator("#remap").click()
    expect(page.locator("#working")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="Next example").click()
    held[0].continue_()
    expect(page.locator("#learning .stepper")).to_contain_text("3 of 20")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#learning .stepper")).to_contain_text("3 of 20")


def write_text(page: Page, row: int, text: str) -> None:
    page.locator("#preview").get_by_role("button", name=f"Edit the good answer of row {row}").click()
    page.locator("dialog.ask textarea").fill(text)
    page.locator("dialog.ask").get_by_role("button", name="Save this text").click()


def test_what_is_asked_for_while_another_thing_is_under_way_is_not_lost(
    page: Page, server: Server, tmp_path: Path
) -> None:
    """The second of two texts, and the second step that was pressed, were dropped without a word."""
    path = tmp_path / "two texts.csv"
    path.write_text("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(20)), encoding="utf-8")
    open_studio(page, server.address)
    upload(page, path)
    expect(page.locator("#learning .stepper")).to_contain_text("1 of 20")
    held: list[Route] = []
    page.route("**/run/predict*", lambda route: held.append(route), times=1)
    write_text(page, 2, "My first text.")
    expect(page.locator("#working")).to_be_visible()
    write_text(page, 3, "My second text.")
    held.pop().continue_()
    expect(page.locator("#preview")).to_contain_text("My first text.")
    expect(page.locator("#preview")).to_contain_text("My second text.")

    page.route("**/run/predict*", lambda route: held.append(route), times=1)
    page.locator('#steps button[data-step="method"]').click()
    expect(page.locator("#working")).to_be_visible()
    page.locator('#steps button[data-step="data"]').click()
    with page.expect_request(lambda asked: pressed_step(asked) == "data"):
        held.pop().continue_()
    at_step(page, "data")


def pressed_step(asked: Request) -> str:
    """Return the step that a request to the page's server was pressed for; empty for any other request."""
    if "/run/predict" not in asked.url:
        return ""
    return (json.loads(asked.post_data or "{}").get("event_data") or {}).get("step", "")


def test_a_file_that_is_no_table_is_refused_with_a_next_step(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address)
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    upload(page, path)
    refused = page.locator("#reading .notice.error")
    expect(refused).to_be_visible()
    expect(refused.locator(".hint")).not_to_be_empty()
    picture(page, "refused")
    page.locator("#reading").get_by_role("button", name="Put this message away").click()
    expect(refused).to_have_count(0)


def test_a_file_too_large_for_the_browser_is_refused_in_words_before_it_is_sent(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/upload" in request.url else None)
    page.evaluate("Object.defineProperty(File.prototype, 'size', {get: () => 3.1e9})")
    path = tmp_path / "all tickets.csv"
    path.write_text("question,answer\nq,a\n", encoding="utf-8")
    upload(page, path)
    notice = page.locator("#notice-data .notice.error")
    expect(notice).to_contain_text("all tickets.csv has 3.1 GB; 2.0 GB is the most")
    expect(notice.locator(".hint")).not_to_be_empty()
    assert sent == []


def test_a_dataset_is_reopened_renamed_and_deleted_after_saying_what_hangs_on_it(
    page: Page, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "short lived.csv"
    path.write_text("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(20)), encoding="utf-8")
    open_studio(page, server.address)
    upload(page, path)
    expect(page.locator("#report h3")).to_have_text("All 20 examples are ready.")
    page.goto(server.address + "?step=data")
    row = page.locator("#uploads li", has_text="short lived")
    row.get_by_role("button", name="Rename").click()
    page.locator("dialog.ask input").fill("Renamed <b>table</b>")
    page.locator("dialog.ask").get_by_role("button", name="Rename").click()
    renamed = page.locator("#uploads li", has_text="Renamed <b>table</b>")
    renamed.get_by_role("button", name="Open").click()
    expect(page.locator("#report h3")).to_have_text("All 20 examples are ready.")
    unfold(page, "other-examples")
    renamed.get_by_role("button", name="Delete").click()
    expect(page.locator("dialog.ask p").first).to_be_visible()
    picture(page, "delete-asks")
    page.locator("dialog.ask").get_by_role("button", name="Delete").click()
    expect(renamed).to_have_count(0)
