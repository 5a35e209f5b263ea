"""A real studio in its own process, and a real Chromium that watches what the page asks for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.servers import Server, new_server, started
from tests.browser.slowed import slow
from tests.browser.tiny_runs import examined_run

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts" / "screens"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SEEN_MS = 60_000
expect.set_options(timeout=SEEN_MS)  # two cores may be shared with a training run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One studio for all tests that do not stop it."""
    with started(new_server(tmp_path_factory.mktemp("studio"))) as studio:
        yield studio


@pytest.fixture(scope="session")
def examined(server: Server, tiny_model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a finished run of the tiny model in that studio, with the exam that follows training."""
    return examined_run(server, tmp_path_factory.mktemp("examined"), tiny_model_folder, rows=60)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A studio of a test's own, for what stops, kills or restarts it."""
    with started(new_server(tmp_path)) as studio:
        yield studio


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


def chromium_path() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "No Chromium was found. Install the package `chromium`, or name the program in CHROMIUM."
    return found


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = playwright_driver.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
    slow(browser)
    yield browser
    browser.close()


@dataclass
class Watch:
    """What went wrong behind a page's back: foreign requests, error replies, script errors."""

    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Parts of messages that a test brings about itself, such as a server that is stopped."""

    def on(self, page: Page) -> None:
        page.on("request", lambda request: self._foreign(request.url))
        page.on("response", lambda reply: self._refused(reply.status, reply.url))
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", lambda said: self._said(said.type, said.text))

    def _foreign(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(f"asked {url}")

    def _refused(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status} from {url}")

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.faults.append(f"console: {text}")

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(part in fault for part in self.expected)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end if a page did what no page of the studio may do."""
    watcher = Watch()
    yield watcher
    assert watcher.unexpected() == []


@pytest.fixture
def context(chromium: Browser, watch: Watch) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened.set_default_timeout(SEEN_MS)
    opened.on("page", watch.on)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@contextmanager
def stretched(page: Page) -> Iterator[None]:
    """Give the page a window as high as it is: the sticky bar then stands where it belongs, at the end."""
    before = page.viewport_size
    assert before is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": before["width"], "height": max(before["height"], min(height, 5000))})
    yield
    page.set_viewport_size(before)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    with stretched(page):
        page.screenshot(path=ARTEFACTS / f"{name}.png")
