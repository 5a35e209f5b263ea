"""The steps of a visit, named as a user would name them. Every wait is for something to be seen."""

import re

from playwright.sync_api import Locator, Page, expect

TRAINING_MS = 600_000


def open_studio(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#steps nav button")).to_have_count(6)
    drawn_out(page)


def drawn_out(page: Page) -> None:
    """Wait until what has just come into view is filled.

    Gradio fills the fields of a step or fold that is shown for the first time once more in the frame after
    they are there (seen in 6.31). Nobody is so quick, but a test is, and what it typed was taken back. On a
    busy machine that frame comes late: the page must have nothing to do any more, too.
    """
    page.evaluate(
        "() => new Promise((go) => "
        "requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(go))))"
    )


def at_step(page: Page, step: str) -> None:
    expect(page.locator(f'#steps button[data-step="{step}"]')).to_have_attribute("aria-current", "step")
    expect(page.locator(f"#step-{step}")).to_be_visible()
    drawn_out(page)


def unfold(page: Page, fold: str) -> Locator:
    """Open one of the page's folds unless it stands open, and return its title."""
    title = page.locator(f"#{fold} > button")
    title.wait_for(state="attached")  # that of the samples is not shown while nothing else is
    if "open" not in (title.get_attribute("class") or "").split():
        title.click()
    expect(title).to_contain_class("open")
    drawn_out(page)
    return title


def take_sample(page: Page, sample: str) -> None:
    """Take a shipped sample; its card is folded away where a dataset is open already."""
    unfold(page, "other-examples")
    page.locator(f'#samples .card[data-sample="{sample}"]').click()
    expect(page.locator("#report h3")).to_contain_text("ready")


def choose_method(page: Page, recipe: str, *, steps: int) -> None:
    """From the Data step: go on, choose a recipe, and shorten the run in the Advanced settings."""
    page.locator("#primary-data").click()
    at_step(page, "method")
    page.locator(f'#recipes input[value="{recipe}"]').check()
    unfold(page, "advanced")
    if recipe == "quick":
        expect(page.locator("#knob-max_rows input")).to_have_value("128")
    page.locator("#knob-steps input").fill(str(steps))
    page.locator("#knob-steps input").blur()
    expect(page.locator(f'#recipes input[value="{recipe}"] ~ .choice-text small')).to_contain_text(
        re.compile(rf"\b{steps:,} steps?\b")
    )


def start_training(page: Page) -> str:
    """Start, wait for the Train step, and return the run's id."""
    page.locator("#primary-method").click()
    at_step(page, "train")
    return opened_run(page)


def opened_run(page: Page) -> str:
    """Return the id of the run in view, which stands in the address."""
    page.wait_for_url(re.compile(r"[?&]run=[^&]+"))
    found = re.search(r"[?&]run=([^&]+)", page.url)
    assert found is not None
    return found.group(1)


def wait_for_head(page: Page, title: str, timeout: float = TRAINING_MS) -> None:
    expect(page.locator("#head-train h2")).to_have_text(title, timeout=timeout)


def drawn(page: Page, trace: int = 0) -> int:
    """Return how many points of a trace the chart holds."""
    return page.evaluate(
        "(trace) => document.querySelector('#curve .chart')?.data?.[trace]?.x.length ?? 0", trace
    )


def wait_for_points(page: Page, more_than: int, trace: int = 0) -> None:
    page.wait_for_function(
        "([trace, count]) => (document.querySelector('#curve .chart')?.data?.[trace]?.x.length ?? 0) > count",
        arg=[trace, more_than],
        timeout=TRAINING_MS,
    )
