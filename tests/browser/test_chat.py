"""Talking with tuned models in a real browser: side by side, kept over a reload, asked by programs too."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from studio.services.studio import Studio
from studio.services.views import Duty
from tests.browser.conftest import Server, Watch, new_server, picture
from tests.browser.journey import at_step, unfold
from tests.browser.looks import violations, wider_than_screen
from tests.services.conftest import ended, planned, write_table


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> Iterator[tuple[Server, str]]:
    """A studio with a finished run of the tiny model."""
    folder = tmp_path_factory.mktemp("chat")
    server = new_server(folder)
    studio = Studio(server.home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    table = write_table(folder / "sums.csv")
    run = studio.start(planned(studio, table, tiny_model_folder, learning_rate=0.05))
    assert ended(studio, run) == "finished"
    studio.close()
    server.start()
    yield server, run
    server.stop()


def ask(page: Page, question: str, exchanges: int) -> None:
    """Send a question, and wait until all that is asked has its answer."""
    page.locator("#chat-question textarea").fill(question)
    page.locator("#chat-question textarea").press("Enter")
    expect(page.locator("#talk .exchange")).to_have_count(exchanges)
    expect(page.locator("#talk .exchange").last.locator(".proof").first).to_be_visible()
    expect(page.locator('#talk [aria-busy="true"]')).to_have_count(0)
    expect(page.locator("#chat-question textarea")).to_have_value("")


def test_two_models_answer_side_by_side_follow_up_and_are_asked_by_a_program_too(
    page: Page, tuned: tuple[Server, str]
) -> None:
    server, run = tuned
    page.goto(f"{server.address}?step=export&run={run}")
    at_step(page, "export")
    page.locator('#steps button[data-step="chat"]').click()
    at_step(page, "chat")
    unfold(page, "chat-how")
    page.locator("#chat-answer_tokens input").fill("12")
    ask(page, "What is 7 plus one?", 1)
    unfold(page, "chat-who")
    page.locator("#chat-voices").get_by_text("Before").click()
    expect(page.locator("#chat-who > button")).to_contain_text("Before")
    ask(page, "And 8 plus one?", 2)
    expect(page.locator("#talk .exchange").last.locator(".answer")).to_have_count(2)
    page.locator("#talk .exchange").first.get_by_role("button", name="Good").click()
    expect(page.locator('#talk .exchange [aria-pressed="true"]')).to_have_text("Good")
    before = page.locator("#talk .exchange").last.get_attribute("data-exchange")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#talk .exchange").last).not_to_have_attribute("data-exchange", before)
    expect(page.locator('#talk [aria-busy="true"]')).to_have_count(0)
    expect(page.locator("#talk .exchange")).to_have_count(2)

    unfold(page, "chat-door")
    page.get_by_role("button", name="Open a server").click()
    expect(page.locator("#door .address code").first).to_contain_text("http://127.0.0.1:")
    address = page.locator("#door .address code").first.inner_text()
    body = {"model": run, "messages": [{"role": "user", "content": "What is 7 plus one?"}], "max_tokens": 12}
    answer = httpx.post(f"{address}/chat/completions", json=body, timeout=60).json()
    said = page.locator("#talk .exchange").first.locator(".answer.tuned .answer-text").inner_text()
    assert answer["choices"][0]["message"]["content"].strip() == said.strip()

    page.reload()
    expect(page.locator("#talk .exchange")).to_have_count(2)
    expect(page.locator('#talk .exchange [aria-pressed="true"]')).to_have_text("Good")
    unfold(page, "chat-door")
    page.get_by_role("button", name=f"Put away: {run}").click()
    expect(page.locator("#door .address li")).to_have_count(1)
    expect(page.locator("#door .address")).not_to_contain_text(run)
    assert httpx.post(f"{address}/chat/completions", json=body, timeout=60).status_code == 404
    page.get_by_role("button", name="Stop the server").click()
    expect(page.get_by_role("button", name="Open a server")).to_be_visible()
    page.locator("#primary-chat").click()
    expect(page.locator("#talk")).to_contain_text("Nothing said yet")
    expect(page.locator("#chat-earlier > button")).to_contain_text("Earlier conversations: 1")


def test_a_conversation_looks_right_on_a_phone_in_the_dark(
    chromium: Browser, tuned: tuple[Server, str], watch: Watch
) -> None:
    server, run = tuned
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch.on(page)
    page.goto(f"{server.address}?step=chat&run={run}")
    at_step(page, "chat")
    ask(page, "What is 7 plus one? " + "Somewhatlongerthanthescreenofaphonecanshow" * 2, 1)
    for fold in ("chat-who", "chat-how", "chat-door", "chat-earlier"):
        unfold(page, fold)
    picture(page, "dark-390-chat-unfolded")
    assert wider_than_screen(page) == []
    assert violations(page) == []
    context.close()
