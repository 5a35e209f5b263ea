"""What the live curve costs: a long run open in Chromium while twenty points a second arrive.

    python -m benchmarks.chart [--history 100000] [--seconds 20]

The run is a real one in a home of its own; only its events are written by this script instead of a model, so
that their pace is known. CPU is the page's own process as Chromium counts it, in percent of one core.
"""

import argparse
import os
import platform
import shutil
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from studio.core.events import RunStarted, StepLogged
from studio.services.studio import Studio
from studio.store.home import Home
from studio.store.runs import RunFolder
from studio.ui.app import build, launch
from studio.ui.doors.door import Open
from studio.ui.guard import guarded

PER_SECOND = 20
SETTLE_MS = 8000


def start_run(home: Home, studio: Studio, *, steps: int) -> RunFolder:
    """Return the folder of a run that this process is training, as far as its events tell."""
    run = studio.start(studio.plan(studio.add_sample("medical").id, knobs={"steps": steps}))
    folder = home.runs.folder(run)
    worker = home.take()
    assert worker is not None
    folder.append(RunStarted(worker, 0, steps, 500, 50, 1, 1, "cpu", "float32", (), ""))
    return folder


def log_step(folder: RunFolder, step: int) -> None:
    loss = 3 / (1 + step / 5000) + (step * 7919 % 1000) / 4000
    folder.append(StepLogged(step, loss, 200, 600, 1e-3, 0.7, 0.05, 10**9))


def feed(folder: RunFolder, step: int, ended: threading.Event) -> None:
    while not ended.wait(1 / PER_SECOND):
        step += 1
        log_step(folder, step)


def process_seconds(page_session: CDPSession) -> float:
    metrics = page_session.send("Performance.getMetrics")["metrics"]
    return next(entry["value"] for entry in metrics if entry["name"] == "ProcessTime")


def watched(page: Page, address: str, *, seconds: float) -> tuple[float, float, int, int]:
    """Return CPU in percent of one core, bytes a second with headers, points drawn, and polls."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("Network.enable")
    polls: set[str] = set()
    session.on(
        "Network.requestWillBeSent",
        lambda said: polls.add(said["requestId"]) if "studio/live" in said["request"]["url"] else None,
    )
    session.on(
        "Network.loadingFinished",
        lambda said: sizes.append(said["encodedDataLength"]) if said["requestId"] in polls else None,
    )
    page.goto(address)
    page.wait_for_function(
        "document.querySelector('#curve .chart')?.data?.[0].x.length > 100", timeout=60_000
    )
    page.wait_for_timeout(SETTLE_MS)
    sizes.clear()
    began, before = time.perf_counter(), process_seconds(session)
    page.wait_for_timeout(seconds * 1000)
    wall, used = time.perf_counter() - began, process_seconds(session) - before
    points = page.evaluate("document.querySelector('#curve .chart').data[0].x.length")
    return 100 * used / wall, sum(sizes) / wall, points, len(sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--history", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--port", type=int, default=7899)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        studio, home, ended = Studio(Path(place)), Home(Path(place)), threading.Event()
        folder = start_run(home, studio, steps=10 * chosen.history)
        for step in range(1, chosen.history + 1):
            log_step(folder, step)
        page_of_studio = build(studio)
        launch(page_of_studio, studio, host="127.0.0.1", port=chosen.port, lifespan=guarded(Open(), ()))
        feeder = threading.Thread(target=feed, args=(folder, chosen.history, ended))
        feeder.start()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            address = f"http://127.0.0.1:{chosen.port}/?step=train&run={folder.path.name}"
            cpu, bytes_a_second, points, polls = watched(browser.new_page(), address, seconds=chosen.seconds)
            browser.close()
        ended.set()
        feeder.join()
        page_of_studio.close(verbose=False)
        home.release()
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores")
    print(
        f"{chosen.history:,} points before, {PER_SECOND} new a second; {chosen.seconds:.0f} s, {polls} polls"
    )
    print(f"page: {cpu:.1f} % of one core; {bytes_a_second:.0f} bytes a second; {points:,} points drawn")


if __name__ == "__main__":
    main()
