"""A real studio in a process of its own, as a user starts it."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

ROOT = Path(__file__).parents[2]
START_SECONDS = 300


@dataclass
class Server:
    """A studio started as a user starts it; it may be stopped and started again on the same home."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "launch.py"), "start", "--no-browser"]
        command += ["--port", str(self.port), "--home", str(self.home)]
        with (self.home.parent / f"server-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "the studio ended instead of starting"
            assert time.monotonic() < deadline, "the studio did not start in time"
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address, timeout=5) as reply:
                return reply.status == 200
        except HTTPError as refused:
            return refused.code == 401  # it asks who is there
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, if it was started and has not ended by itself."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=START_SECONDS)


def new_server(folder: Path) -> Server:
    home = folder / "home"
    home.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Server(home, port)


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """Start a studio, which ends with the block, also where it did not start in time."""
    try:
        server.start()
        yield server
    finally:
        server.stop()
