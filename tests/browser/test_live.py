"""While a run trains: the curve keeps the reader's zoom, pages come back to it, and eight may watch."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server, Watch
from tests.browser.journey import (
    choose_method,
    drawn,
    open_studio,
    start_training,
    take_sample,
    wait_for_head,
    wait_for_points,
)

PAGES = 8


@pytest.fixture(scope="module")
def running(server: Server, chromium: Browser) -> Iterator[str]:
    """A run that is long enough for all tests here; it is stopped when they are done."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    open_studio(page, server.address)
    take_sample(page, "medical")
    choose_method(page, "balanced", steps=2000)
    run = start_training(page)
    wait_for_points(page, 2)
    yield run
    page.locator("#other-train").click()
    wait_for_head(page, "Training was stopped")
    expect(page.locator("#other-train")).to_have_text("Go on training")
    page.close()


def watch_run(page: Page, server: Server, run: str) -> None:
    page.goto(f"{server.address}?step=train&run={run}")
    wait_for_points(page, 0)


def test_zoom_and_scroll_stay_while_points_arrive(page: Page, server: Server, running: str) -> None:
    watch_run(page, server, running)
    page.evaluate("Plotly.relayout(document.querySelector('#curve .chart'), {'xaxis.range': [0, 2]})")
    page.evaluate("window.scrollTo(0, 200)")
    before = drawn(page)
    wait_for_points(page, before + 2)
    layout = "document.querySelector('#curve .chart').layout.xaxis"
    assert page.evaluate(f"{layout}.range.map(Number)") == [0, 2]
    assert page.evaluate("window.scrollY") == 200


def test_a_reload_a_bare_address_and_another_device_find_the_run(
    chromium: Browser, page: Page, server: Server, running: str, watch: Watch
) -> None:
    watch_run(page, server, running)
    page.reload()
    wait_for_head(page, "It is learning")
    wait_for_points(page, 0)
    other = chromium.new_page(viewport={"width": 390, "height": 844})
    watch.on(other)
    open_studio(other, server.address)
    wait_for_head(other, "It is learning")
    other.wait_for_url(re.compile(running))
    other.close()


def test_the_back_key_goes_back_a_step(page: Page, server: Server, running: str) -> None:
    watch_run(page, server, running)
    page.locator('#steps button[data-step="data"]').click()
    expect(page.locator("#report h3")).to_contain_text("ready")
    page.go_back()
    wait_for_head(page, "It is learning")


def test_eight_pages_watch_at_once(context: BrowserContext, server: Server, running: str) -> None:
    pages = [context.new_page() for _ in range(PAGES)]
    for opened in pages:
        watch_run(opened, server, running)
    for opened in pages:
        opened.bring_to_front()
        wait_for_points(opened, drawn(opened))
    for opened in pages:
        opened.close()


def test_a_poll_carries_only_what_is_new(page: Page, server: Server, running: str) -> None:
    first = page.request.get(f"{server.address}studio/live?run={running}&question=&since=0").json()
    offset = first["points"]["offset"]
    assert offset > 0
    reply = page.request.get(f"{server.address}studio/live?run={running}&question=&since={offset}")
    new = reply.json()["points"]
    assert len(new["training"]["x"]) < len(first["points"]["training"]["x"])
    assert len(reply.body()) + sum(len(name) + len(value) + 4 for name, value in reply.headers.items()) < 1000


def test_one_is_told_when_the_connection_is_lost_and_when_it_is_back(
    page: Page, server: Server, running: str, watch: Watch
) -> None:
    watch_run(page, server, running)
    watch.expected = ("net::ERR_",)
    page.route("**/studio/live**", lambda route: route.abort())
    expect(page.locator("#connection")).to_contain_text("Connection lost, trying again")
    page.unroute("**/studio/live**")
    expect(page.locator("#connection")).to_be_hidden()
    wait_for_points(page, drawn(page))


def test_a_curve_that_has_grown_long_has_few_marks_below_it(
    page: Page, server: Server, examined: str
) -> None:
    """A few steps have a mark each; that mode stayed, and a hundred numbers stood in a heap."""
    page.goto(f"{server.address}?step=train&run={examined}")
    page.wait_for_function("document.querySelector('#curve .chart')?.data?.[0]?.x.length > 0")
    few, many = page.evaluate(
        """async () => {
          const chart = document.querySelector("#curve .chart"), marks = [];
          for (const steps of [5, 100]) {
            const x = [...Array(steps).keys()];
            await Plotly.restyle(chart, { x: [x, []], y: [x.map(() => 1), []] }, [0, 1]);
            await window.studioScreen.wholeSteps(chart);
            marks.push(chart.querySelectorAll(".xtick").length);
          }
          return marks;
        }"""
    )
    assert few == 5
    assert many < 15
