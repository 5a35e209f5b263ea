"""Two people in two browsers on one studio: each signs in, sees the own things only, and signs out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.core.accounts import line_of
from tests.browser.conftest import Watch
from tests.browser.servers import Server, new_server, started
from tests.services.conftest import write_table

PASSWORD = "a few plain words"


@pytest.fixture
def shared_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    people = tmp_path / "users.txt"
    people.write_text("\n".join(line_of(name, PASSWORD) for name in ("ada", "bob")))
    monkeypatch.setenv("STUDIO_USERS", str(people))
    with started(new_server(tmp_path)) as studio:
        yield studio


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_two_people_use_one_studio_and_see_nothing_of_each_other(
    chromium: Browser, shared_server: Server, watch: Watch, tmp_path: Path
) -> None:
    watch.expected = ("401",)  # who is not known yet is asked to sign in
    ada, bob = (chromium.new_context().new_page() for _ in range(2))
    for page in (ada, bob):
        watch.on(page)
        page.goto(shared_server.address)
    sign_in(ada, "ada", "some other words")
    expect(ada.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(ada, "ada")
    expect(ada.locator("#visitor")).to_contain_text("ada")
    ada.locator("#upload input[type=file]").set_input_files(write_table(tmp_path / "secret sums.csv"))
    expect(ada.locator("#main")).to_contain_text("secret sums")

    sign_in(bob, "bob")
    expect(bob.locator("#visitor")).to_contain_text("bob")
    bob.goto(ada.url)
    expect(bob.locator("#samples button").first).to_be_visible()
    expect(bob.locator("body")).not_to_contain_text("secret sums")

    ada.get_by_role("button", name="Sign out").click()
    expect(ada.get_by_role("heading", name="You are signed out")).to_be_visible()
    ada.goto(shared_server.address)
    expect(ada.get_by_label("Password")).to_be_visible()
    for page in (ada, bob):
        page.context.close()
