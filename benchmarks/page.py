"""How soon the first page comes, and how fast a page is answered while a model trains.

    python -m benchmarks.page [--starts 5] [--seconds 60]

It starts the studio as a user would (a second start: everything is set up) in a home of its own, queues a run
of the starter model on a sample, and asks what an open page asks, once every quarter of a second.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.services.studio import Studio

ROOT = Path(__file__).parents[1]
SAMPLE = "support"
ASK_EVERY_SECONDS = 0.25
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Server:
    """A studio that runs in a process of its own."""

    address: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> tuple[bytes, float]:
        """Return the reply and the seconds until its last byte."""
        began = time.perf_counter()
        with urllib.request.urlopen(self.address + path, timeout=30) as reply:
            body = reply.read()
        return body, time.perf_counter() - began

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"The studio ended by itself with {self.process.returncode}.")
        try:
            self.get("/")
        except OSError:
            return False
        return True


@contextmanager
def studio_server(home: Path) -> Iterator[tuple[Server, float]]:
    """Start the studio; give it and the seconds until it served its first page. Stops it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "launch.py"), "start", "--no-browser"]
    command += ["--port", str(port), "--home", str(home)]
    began = time.perf_counter()
    server = Server(f"http://127.0.0.1:{port}", subprocess.Popen(command, stdout=subprocess.DEVNULL))
    try:
        wait_until(server.answers, every=0.02)
        yield server, time.perf_counter() - began
    finally:
        server.process.terminate()
        server.process.wait(timeout=120)


def wait_until(holds: Callable[[], bool], *, every: float, patience: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("Waited in vain.")
        time.sleep(every)


def start_times(starts: int) -> list[float]:
    found = []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as home, studio_server(Path(home)) as (_, seconds):
            found.append(seconds)
    return found


def times_while_training(seconds: float) -> tuple[list[float], list[float], int]:
    """Return the seconds of each poll and of each whole page, and the steps trained meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        studio = Studio(home)
        run = studio.start(studio.plan(studio.add_sample(SAMPLE).id, knobs={"batch_size": 2}))
        with studio_server(home) as (server, _):
            wait_until(lambda: studio.run(run).step >= 1, every=0.5)
            first = studio.run(run).step
            polls, pages, since = [], [], 0
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                body, took = server.get(f"/studio/live?run={run}&since={since}")
                polls.append(took)
                since = json.loads(body).get("points", {}).get("offset", since)
                if len(polls) % 20 == 0:
                    pages.append(server.get("/")[1])
                time.sleep(ASK_EVERY_SECONDS)
            steps = studio.run(run).step - first
    return polls, pages, steps


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def row(what: str, values: list[float], *, unit: str, scale: float, digits: int) -> str:
    middle, high = percentile(values, 50) * scale, percentile(values, 95) * scale
    numbers = f"{middle:.{digits}f} | {high:.{digits}f} | {max(values) * scale:.{digits}f}"
    return f"| {what} | {numbers} | {unit} | {len(values)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    starts = start_times(chosen.starts)
    polls, pages, steps = times_while_training(chosen.seconds)
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; ", end="")
    print(f"Python {platform.python_version()}; {steps} steps were trained while the page was asked\n")
    print("| page | median | 95th percentile | slowest | unit | samples |\n|---|---|---|---|---|---|")
    print(row("second start until the first page is served", starts, unit="s", scale=1, digits=1))
    print(row("poll of an open page while a model trains", polls, unit="ms", scale=1000, digits=0))
    print(row("whole page while a model trains", pages, unit="ms", scale=1000, digits=0))


if __name__ == "__main__":
    main()
