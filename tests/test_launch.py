"""launch.py: what it says when something is missing, and that a set-up is done once, whole, and not again.

The slow tests run it for real in a tiny checkout: its lock names two wheels made here; nothing is fetched.
"""

import ast
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import launch
from studio.core.limits import Limits, read_limits

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "launch.py").read_text(encoding="utf-8")
NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}


def test_python_3_8_can_read_it() -> None:
    ast.parse(SOURCE, feature_version=(3, 8))


def test_it_needs_nothing_but_the_standard_library_to_begin() -> None:
    tops = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in tops if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in tops if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_too_old_a_python_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["launch.py"])
    with monkeypatch.context() as old:
        old.setattr(sys, "version_info", (3, 8, 18))
        code = launch.main()
    assert code == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_told_before_anything_is_set_up(taken_port: int) -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "launch.py", "--port", str(taken_port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert f"Port {taken_port} is taken" in result.stderr
    assert f"--port {taken_port + 1}" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 0), ("127.0.0.1", 70000), ("192.0.2.1", 7860), ("n" * 300, 7860)]
)
def test_an_address_that_cannot_be_listened_on_is_told(host: str, port: int) -> None:
    with pytest.raises(launch.Trouble) as told:
        launch.check_port(host, port)
    assert told.value.hint


@pytest.mark.parametrize(
    ("typed", "host"), [("[::1]", "::1"), ("0::0", "::"), ("127.0.0.1", "127.0.0.1"), ("box", "box")]
)
def test_a_host_is_known_without_brackets_and_written_with_them(typed: str, host: str) -> None:
    assert launch.address(typed) == host
    assert launch.in_url(host) == (f"[{host}]" if ":" in host else host)


@pytest.mark.parametrize("host", ["", " ", "[]", "fe80::1%eth0"])
def test_a_host_that_is_no_address_is_told_and_never_means_all_of_them(host: str) -> None:
    with pytest.raises(launch.Trouble, match="There is no address"):
        launch.address(host)


def test_a_free_port_is_accepted(taken_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    launch.check_port("127.0.0.1", free)


def test_a_disk_that_is_too_full_is_told_before_it_is_full() -> None:
    with pytest.raises(launch.Trouble, match="too full") as told:
        launch.check_room([launch.LIBRARIES, launch.Stage("All there is", 0, 10**12, 0)])
    assert "Free" in told.value.hint
    launch.check_room([])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full."),
        ("NewConnectionError('<...>: Failed to establish a new connection')", "cannot be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no fitting package"),
        ("The virtual environment was not created: ensurepip is not available", "cannot make environments"),
        ("error: subprocess-exited\nERROR: it broke\n", "The libraries failed: ERROR: it broke"),
    ],
)
def test_what_pip_says_becomes_a_sentence_with_a_next_step(said: str, sentence: str) -> None:
    trouble = launch.explain(launch.LIBRARIES, said)
    assert sentence in trouble.message
    assert "run the same command again" in trouble.hint


def test_the_python_of_these_tests_needs_no_environment_of_its_own() -> None:
    assert launch.is_installed_here((launch.LOCK, launch.TEST_LOCK))


def test_another_version_than_the_lock_says_needs_an_environment(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("# a comment\npytest==0.0.1\n")
    assert not launch.is_installed_here((lock,))
    lock.write_text("no-such-package-here==1\n")
    assert not launch.is_installed_here((lock,))


def test_only_loopback_goes_without_a_token() -> None:
    assert all(map(launch.is_loopback, ("127.0.0.1", "127.0.0.5", "localhost", "::1")))
    assert not any(map(launch.is_loopback, ("0.0.0.0", "::", "192.168.1.5", "studio.example")))


def test_without_a_browser_the_gate_fails_before_its_first_part(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch.shutil, "which", lambda name: None)
    monkeypatch.setattr(launch.subprocess, "call", lambda *_, **__: pytest.fail("a part was run"))
    with pytest.raises(launch.Trouble, match="No Chromium is found"):
        launch.gate(Path(sys.executable))
    assert capsys.readouterr().out == ""


def make_wheel(folder: Path, name: str, version: str) -> None:
    """Write the smallest wheel that pip installs."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)


APP = """import json, os, sys
def serve(home, **options):
    options["token"] = bool(options["token"])
    facts = {"prefix": sys.prefix, "home": str(home), "process": os.getpid(), **options}
    facts["users"] = os.environ.get("STUDIO_USERS", "")
    facts["without_hub_token"] = os.environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "")
    print(json.dumps({**facts, "mallopt": os.environ.get("MALLOC_MMAP_MAX_")}))
"""


STARTER = """def starter_is_ready():
    return False
if __name__ == "__main__":
    print("starter ready")
"""


class Checkout:
    """A copy of launch.py with a lock of its own, a starter that is there already and a page that ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        for inner in ("wheels", "tests", "studio/engine", "studio/ui"):
            (folder / inner).mkdir(parents=True)
        make_wheel(self.wheels, "tinytorch", "2.13.0")
        make_wheel(self.wheels, "tinypage", "1.0")
        (folder / "launch.py").write_text(SOURCE.replace("torch==2.13.0", "tinytorch==2.13.0"))
        (folder / "requirements.lock").write_text("tinypage==1.0\ntinytorch==2.13.0\n")
        shutil.copytree(ROOT / "studio" / "core", folder / "studio" / "core")
        (folder / "studio" / "engine" / "starter.py").write_text(STARTER)
        (folder / "studio" / "ui" / "app.py").write_text(APP)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.folder / "launch.py"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "STUDIO_"))}
        return {**kept, **NO_INDEX, "PIP_FIND_LINKS": str(self.wheels), **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stamp(self) -> dict[str, str]:
        path = self.folder / ".venv" / "studio-setup.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def version_of(self, package: str) -> str:
        code = f"import {package}; print({package}.VERSION)"
        return subprocess.check_output([self.folder / ".venv/bin/python", "-c", code], text=True).strip()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("ready"))
    result = checkout.run("setup")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "starter ready" in result.stdout
    return checkout


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.mark.slow
def test_setup_installs_torch_and_the_lock(ready: Checkout) -> None:
    assert (ready.version_of("tinytorch"), ready.version_of("tinypage")) == ("2.13.0", "1.0")


@pytest.mark.slow
def test_a_second_start_installs_nothing_and_serves_from_the_environment(
    ready: Checkout, tmp_path: Path
) -> None:
    log = ready.folder / ".venv" / "studio-setup.log"
    before = log.stat().st_mtime_ns
    port = free_port()
    result = ready.run("--port", port, "--home", str(tmp_path), "--no-browser", PIP_FIND_LINKS="")
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert log.stat().st_mtime_ns == before
    assert Path(said["prefix"]) == ready.folder / ".venv"
    assert (said["home"], said["port"], said["host"]) == (str(tmp_path), int(port), "127.0.0.1")
    assert (said["token"], said["open_browser"], said["mallopt"]) == (False, False, "0")
    assert said["without_hub_token"] == "", "one's own studio fetches what one's own account may"


@pytest.mark.slow
def test_off_loopback_the_page_gets_a_token_and_the_names_it_may_be_called(ready: Checkout) -> None:
    arguments = ("start", "--host", "0.0.0.0", "--port", free_port(), "--allow-host", "studio.example")
    said = json.loads(ready.run(*arguments, "--users", "u.txt", SPACE_HOST="me-studio.hf.space").stdout)
    assert said["token"]
    assert said["users"] == "u.txt", "who may sign in is read where the page is opened"
    assert said["without_hub_token"] == "1", "what visitors name is not fetched with the owner's token"
    assert said["allowed_hosts"] == ["studio.example", "me-studio.hf.space"]


@pytest.mark.slow
def test_signals_reach_the_studio_because_it_replaces_the_launcher(ready: Checkout) -> None:
    command = ready.command("start", "--port", free_port())
    process = subprocess.Popen(command, env=ready.environment(), stdout=subprocess.PIPE, text=True)
    assert json.loads(process.communicate(timeout=60)[0])["process"] == process.pid


@pytest.mark.slow
def test_a_new_lock_is_followed(ready: Checkout) -> None:
    make_wheel(ready.wheels, "tinypage", "1.1")
    (ready.folder / "requirements.lock").write_text("tinypage==1.1\ntinytorch==2.13.0\n")
    assert ready.run("setup").returncode == 0
    assert ready.version_of("tinypage") == "1.1"


@pytest.mark.slow
def test_a_set_up_killed_in_the_middle_is_repaired(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "killed")
    process = subprocess.Popen(
        checkout.command("setup"), env=checkout.environment(), stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not checkout.stamp().get("at_work") and time.monotonic() < deadline:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkout.stamp()["at_work"]
    result = checkout.run("setup")
    assert result.returncode == 0, result.stdout + result.stderr
    assert checkout.version_of("tinypage") == "1.0"
    assert not checkout.stamp()["at_work"]


@pytest.mark.slow
def test_a_set_up_stopped_by_hand_goes_on_from_there(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "stopped")
    process = subprocess.Popen(
        checkout.command("setup"),
        env=checkout.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell starts what it puts in the background with this signal ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while checkout.stamp().get("at_work") in (None, "", launch.ENVIRONMENT.title):
        assert time.monotonic() < deadline
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: pip gets it too
    assert "goes on from here" in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert not checkout.stamp()["at_work"]
    result = checkout.run("setup")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "An environment of its own" not in result.stdout
    assert checkout.version_of("tinypage") == "1.0"


@pytest.mark.slow
def test_without_network_the_next_step_is_named_and_what_is_done_is_kept(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "offline")
    nowhere = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    (checkout.wheels / "tinypage-1.0-py3-none-any.whl").unlink()
    result = checkout.run("setup", **nowhere)
    assert result.returncode == 1
    assert "cannot be reached" in result.stderr
    assert "Connect this machine to the internet" in result.stderr
    assert "Traceback" not in result.stderr
    assert checkout.version_of("tinytorch") == "2.13.0"
    make_wheel(checkout.wheels, "tinypage", "1.0")
    again = checkout.run("setup")
    assert again.returncode == 0
    assert "An environment of its own" not in again.stdout


def test_a_limit_of_the_command_line_is_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for name in ("STUDIO_LIMIT_ROWS", "STUDIO_LIMIT_RUN_MINUTES"):
        monkeypatch.setenv(name, "5")
    monkeypatch.setattr("studio.ui.app.serve", lambda *_, **__: found.update(os.environ))
    monkeypatch.setattr(sys, "argv", ["launch.py", "--limit", "rows=70", "--limit", "run_minutes=2.5"])
    assert launch.serve(launch.options()) == 0
    assert read_limits(found) == Limits(rows=70, run_minutes=2.5)
