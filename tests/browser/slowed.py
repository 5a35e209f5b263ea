"""The page as on a slow and busy machine, so that races show: `SLOWED=4 pytest -n 0 -m browser FILE`.

The number says how many times slower the page's processor is; with it each request is held up, both ways, by
up to `LATEST_MS` drawn from a row that `SLOWED_SEED` begins (1 unless it is named), so that answers come late
and apart from each other. It is for hunting; what it finds becomes a test that holds one answer back by name.
"""

import os

from playwright.sync_api import Browser, BrowserContext, Page

LATEST_MS = 700
HOLD_UP = """(() => {
  const send = window.fetch, wait = window.setTimeout;
  let drawn = SEED;
  const late = () => {
    drawn = (drawn * 16807) % 2147483647;
    return new Promise((go) => wait(go, (drawn / 2147483647) * LATEST));
  };
  window.fetch = async (...request) => {
    await late();
    const reply = await send(...request);
    await late();
    return reply;
  };
})();"""


def slow(browser: Browser) -> None:
    """Slow every page of a browser, where the environment asks for it."""
    times = float(os.environ.get("SLOWED", "1"))
    if times <= 1:
        return
    script = HOLD_UP.replace("SEED", os.environ.get("SLOWED_SEED", "1")).replace("LATEST", str(LATEST_MS))

    def throttle(page: Page) -> None:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})

    def slow_pages(context: BrowserContext) -> None:
        context.on("page", throttle)
        context.add_init_script(script)

    browser.on("context", slow_pages)
