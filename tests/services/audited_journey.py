"""The whole journey under Python's audit hook, in a process of its own: hooks cannot be taken off again.

`python -m tests.services.audited_journey FOLDER MODEL` prints what was done that the studio never does.
"""

import ipaddress
import json
import sys
from pathlib import Path
from typing import Any

STARTS_A_PROGRAM = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
)
FORESEEN = (("subprocess.Popen", ["uname", "-p"]),)
"""Python's own `platform` asks for the processor's name with it, in fixed words."""

found: list[str] = []
checked_events: dict[str, int] = {}


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note a connection off this machine, an unpickled object, a program that is started."""
    checked_events[event] = checked_events.get(event, 0) + 1
    if event == "pickle.find_class":
        found.append(f"unpickled {arguments}")
    elif event == "socket.connect" and not is_loopback(arguments[1]):
        found.append(f"connected to {arguments[1]}")
    elif event == "socket.getaddrinfo" and not is_loopback((arguments[0],)):
        found.append(f"looked up {arguments[0]}")
    elif event in STARTS_A_PROGRAM and (event, *arguments[1:2]) not in FORESEEN:
        found.append(f"{event} {arguments[:2]}")


def is_loopback(address: Any) -> bool:
    """A path is a socket of this machine."""
    if not isinstance(address, tuple):
        return True
    try:
        return address[0] in (None, "", "localhost") or ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


def walk(folder: Path, model: str) -> None:
    """Check, train, exam, compare, export: what a person does, on one home."""
    from studio.cli import main
    from tests.services.conftest import write_table

    table, home = str(write_table(folder / "sums.csv")), ["--home", str(folder / "home")]
    assert main([*home, "check", table]) == 0
    knobs = ["--set", "recipe=quick", "--set", "steps=4", "--set", "evaluations=2"]
    assert main([*home, "train", table, "--model", model, *knobs]) == 0
    (run,) = (path.name for path in (folder / "home" / "runs").iterdir() if path.name[0] != ".")
    assert main([*home, "exam", run]) == 0
    assert main([*home, "compare", run, "--ask", "What is 3 plus one?"]) == 0
    for kind in ("adapter", "merged", "onnx", "code"):
        assert main([*home, "export", run, "--as", kind, "--to", str(folder / kind)]) == 0


if __name__ == "__main__":
    sys.addaudithook(watch)
    walk(Path(sys.argv[1]), sys.argv[2])
    assert checked_events["open"] > 100, "the hook was not asked"
    print(json.dumps(found))
