"""A run goes to a stand-in of the hub in a real browser: said before what goes where, sent, linked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.services.studio import Studio
from studio.services.views import Duty
from tests.browser.conftest import Server, new_server
from tests.browser.journey import unfold
from tests.browser.looks import looks_right
from tests.engine.taking_hub import TOKEN, TakingHub, standing
from tests.services.conftest import ended, planned, write_table


@pytest.fixture(scope="module")
def hub() -> Iterator[TakingHub]:
    with standing(TakingHub()) as taking:
        yield taking


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path, hub: TakingHub
) -> Iterator[tuple[Server, str]]:
    """A studio with a finished run of the tiny model, to which the stand-in is the hub."""
    folder = tmp_path_factory.mktemp("hub")
    server = new_server(folder)
    studio = Studio(server.home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    run = studio.start(planned(studio, write_table(folder / "sums.csv"), tiny_model_folder, steps=2))
    assert ended(studio, run) == "finished"
    studio.close()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_ENDPOINT", hub.address)
        server.start()
    yield server, run
    server.stop()


def named(page: Page, server: Server, run: str) -> None:
    """Open the part of the hub, and name a repository."""
    page.goto(f"{server.address}?step=export&run={run}")
    expect(page.locator("#kinds .choice").first).to_be_visible()
    unfold(page, "to-hub")
    page.locator("#hub-place input, #hub-place textarea").fill("me/tuned")
    expect(page.locator("#hub-leaves")).to_contain_text("where only you can see it (private)")


def test_a_run_is_sent_to_the_hub_and_its_link_stands_there_and_the_token_nowhere(
    page: Page, trained: tuple[Server, str], hub: TakingHub
) -> None:
    server, run = trained
    named(page, server, run)
    expect(page.locator("#hub-leaves")).to_contain_text("They are made and checked first.")
    expect(page.locator("#hub-token input")).to_have_attribute("type", "password")
    page.locator("#hub-token input").fill(TOKEN)
    page.locator("#hub-send").click()
    link = page.locator("#hub-sent .certificate a")
    expect(link).to_have_attribute("href", f"{hub.address}/me/tuned")
    expect(page.locator("#to-hub > button")).to_contain_text("me/tuned, only you can see it")
    assert hub.repositories["me/tuned"].private
    assert page.locator("#hub-token input").input_value() == ""
    assert TOKEN not in page.content()
    written = [
        path for path in server.home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert written == []


def test_what_goes_to_the_hub_is_accessible_and_fits(page: Page, trained: tuple[Server, str]) -> None:
    server, run = trained
    named(page, server, run)
    page.get_by_label("Everyone (public)").check()
    expect(page.locator("#hub-leaves")).to_contain_text("Your model will be public.")
    looks_right(page, "hub")
