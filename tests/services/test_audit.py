"""From the table to the export: nothing connects, nothing is unpickled, no program is started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import audited_journey

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_whole_journey_connects_to_nobody_unpickles_nothing_and_starts_no_program(
    tmp_path: Path, tiny_model_folder: Path
) -> None:
    online = {name: value for name, value in os.environ.items() if name not in ("HF_HUB_OFFLINE", "HF_HOME")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.services.audited_journey", str(tmp_path), str(tiny_model_folder)],
        cwd=ROOT,
        env={**online, "HF_HOME": str(tmp_path / "hub")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 443))),
        ("socket.getaddrinfo", ("huggingface.co", 443, 0, 0, 0)),
        ("pickle.find_class", ("os", "system")),
        ("subprocess.Popen", ("curl", ["curl", "x"], None, None)),
        ("os.system", (b"curl x",)),
        ("os.posix_spawn", ("/usr/bin/curl", ["curl"], {})),
        ("os.exec", ("/usr/bin/curl", ["curl"], None)),
        ("os.fork", ()),
    ],
)
def test_the_watch_notices(event: str, arguments: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audited_journey, "found", [])
    audited_journey.watch(event, arguments)
    assert len(audited_journey.found) == 1


def test_the_watch_leaves_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audited_journey, "found", [])
    audited_journey.watch("socket.connect", (None, ("127.0.0.1", 7860)))
    audited_journey.watch("socket.connect", (None, "/run/x.socket"))
    assert audited_journey.found == []
