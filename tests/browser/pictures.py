"""The pictures of the README: a visit with the starter model, photographed as a reader would see it.

    python -m tests.browser.pictures [--to assets/screens]

The data set with findings is a messy one; all else is a quick look at the support sample. A picture is three
quarters as large as the page was, and has 256 colours.
"""

import argparse
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, SEEN_MS, chromium_path
from tests.browser.journey import (
    TRAINING_MS,
    at_step,
    open_studio,
    start_training,
    take_sample,
    wait_for_head,
)
from tests.browser.messy import write_messy
from tests.browser.servers import ROOT, new_server, started

WIDTH, HEIGHT = 1280, 1000
SHOWN = 0.75
QUESTIONS = ("How do I turn on bounce keys?", "And how do I turn them off again?")


def take(page: Page, target: Path) -> None:
    """Photograph what stands at the top of the page."""
    page.evaluate("document.fonts.ready")
    page.evaluate("window.scrollTo(0, 0)")
    page.mouse.move(0, 0)
    expect(page.locator("#working")).to_be_hidden()
    whole = Image.open(BytesIO(page.screenshot()))
    small = whole.convert("RGB").resize((int(WIDTH * SHOWN), int(HEIGHT * SHOWN)), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    small.quantize(256).save(target, optimize=True)


def visit(page: Page, address: str, folder: Path, target: Path) -> None:
    open_studio(page, address)
    page.locator("#upload input[type=file]").set_input_files(write_messy(folder))
    expect(page.locator("#report h3")).to_contain_text("ready")
    take(page, target / "data.png")

    take_sample(page, "support")
    page.locator("#primary-data").click()
    at_step(page, "method")
    page.locator('#recipes input[value="quick"]').check()
    chosen = page.locator("#recipes .choice", has=page.locator("input:checked"))
    expect(chosen).to_contain_text("Quick look")
    expect(chosen).not_to_contain_text("measuring", timeout=TRAINING_MS)
    take(page, target / "method.png")

    start_training(page)
    wait_for_head(page, "Training is done")
    take(page, target / "train.png")
    page.locator("#primary-train").click()
    at_step(page, "compare")
    expect(page.locator("#exam table.exam").first).to_be_visible(timeout=TRAINING_MS)
    page.locator("#theme-switch").click()
    take(page, target / "compare.png")

    page.locator("#primary-compare").click()
    at_step(page, "export")
    page.locator("#primary-export").click()
    expect(page.locator("#export-result .certificate.passed")).to_be_visible(timeout=TRAINING_MS)
    page.locator("#theme-switch").click()
    take(page, target / "export.png")
    page.locator('#steps button[data-step="chat"]').click()
    at_step(page, "chat")
    talk(page)
    take(page, target / "chat.png")


def talk(page: Page) -> None:
    """Ask a question, and follow up."""
    newest = page.locator("#talk .exchange").last
    for question in QUESTIONS:
        page.locator("#chat-question textarea").fill(question)
        page.locator("#chat-question textarea").press("Enter")
        expect(newest).to_contain_text(question)
        expect(newest.locator(".proof").first).to_be_visible(timeout=TRAINING_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "assets" / "screens")
    target = parser.parse_args().to
    expect.set_options(timeout=SEEN_MS)
    with (
        tempfile.TemporaryDirectory() as place,
        started(new_server(Path(place))) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.set_default_timeout(SEEN_MS)
        visit(page, server.address, Path(place), target)
        browser.close()


if __name__ == "__main__":
    main()
