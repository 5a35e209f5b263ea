"""While a run learns from a reward: its curves grow, its answers are shown, and what misleads is said."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.core.events import AnswerSampled, Evaluated, RunFinished, RunStarted, StepLogged
from studio.services.studio import Studio
from studio.store.runs import RunFolder
from tests.browser.conftest import Server, Watch, new_server, picture
from tests.browser.journey import wait_for_points
from tests.services.conftest import write_table

SMALL = "#curve .measures figure"


def rewarded(step: int, reward: float) -> StepLogged:
    """A step as a run that learns from a reward tells it."""
    told = {"reward": reward, "reward.exact": reward, "reward.length": 0.5, "spread": 0.3, "alike": 0.1}
    told |= {"kl": 0.01 * step, "entropy": 1.5, "answer_tokens": 20.0 + step, "failed": 0.0}
    return StepLogged(step, 0.01, 900, 2000, 1e-4, 1.0, 0.5, 7, measures=told)


def looked(step: int, reward: float) -> Evaluated:
    return Evaluated(step, -reward, 40, 40, 0.03, {"reward": reward, "answer_tokens": 22.0})


def wrote(step: int, answer: str) -> tuple[AnswerSampled, AnswerSampled]:
    return (
        AnswerSampled(step, f"Question {step}?", answer, 1.0, "best"),
        AnswerSampled(step, f"Question {step} again?", "", 0.0, "worst"),
    )


@pytest.fixture
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, RunFolder]]:
    """A studio in which another process says what a run does: its events are all that a page knows of it.

    Ask for it before the page, which is closed first then.
    """
    folder = tmp_path_factory.mktemp("told")
    server = new_server(folder)
    writer = Studio(server.home)
    dataset = writer.add_dataset(write_table(folder / "sums.csv"), "sums.csv")
    run = writer.start(writer.plan(dataset.id, "balanced", knobs={"steps": 40}), "by a reward")
    events = writer._home.runs.folder(run)
    events.append(RunFinished(0, 0, 0.0, 0))  # or the studio would take it from the queue
    server.start()
    deadline = time.monotonic() + 60
    while (worker := writer._home.live_worker()) is None:
        assert time.monotonic() < deadline, "nobody works in the home"
    events.append(RunStarted(worker, 0, 40, 50, 40, 5, 9, "cpu", "float32", (), "hash"))
    yield server, run, events
    server.stop()


def test_a_rewards_curves_grow_and_its_answers_are_shown_as_they_come(
    told: tuple[Server, str, RunFolder], page: Page
) -> None:
    server, run, events = told
    for event in (looked(0, 0.2), rewarded(1, 0.25), *wrote(1, "<b>One</b>")):
        events.append(event)
    page.goto(f"{server.address}?step=train&run={run}")
    wait_for_points(page, 0)
    expect(page.locator("#curve .panel > figcaption")).to_have_text("Reward while learning")
    titles = page.locator(f"{SMALL} figcaption")
    expect(titles).to_have_count(5)
    expect(titles.first).to_contain_text("What the reward is made of")
    expect(page.locator("#written")).to_contain_text("<b>One</b>")
    expect(page.locator("#written")).to_contain_text("It wrote nothing.")

    for step in range(2, 8):
        events.append(rewarded(step, 0.1 * step))
    for event in (*wrote(7, "Seven"), looked(7, 0.65)):
        events.append(event)
    wait_for_points(page, 6)
    page.wait_for_function(
        "() => [...document.querySelectorAll('#curve .measures .chart')]"
        ".every((chart) => chart.data[0].x.length === 7)"
    )
    expect(page.locator("#written")).to_contain_text("Seven")
    expect(page.locator(".verdict")).to_contain_text("the reward of its answers went from 0.20 to 0.65")
    picture(page, "train-reward")


def test_the_small_charts_fit_a_phone(
    told: tuple[Server, str, RunFolder], chromium: Browser, watch: Watch
) -> None:
    server, run, events = told
    for event in (looked(0, 0.2), *(rewarded(step, 0.3) for step in range(1, 6))):
        events.append(event)
    phone = chromium.new_page(viewport={"width": 390, "height": 844})
    watch.on(phone)
    phone.goto(f"{server.address}?step=train&run={run}")
    expect(phone.locator(f"{SMALL} .main-svg").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
