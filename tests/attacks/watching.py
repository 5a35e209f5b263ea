"""Python's audit hook over a whole journey: what a studio never does is noted, with the place that did it.

Hooks cannot be taken off again, so whoever watches is a process of its own (`audited_line.py`,
`audited_page.py`). Code that is not Python's passes the hook by: `journeys.py` looks at what it left behind.
"""

import ipaddress
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
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
TO_AN_ADDRESS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
LOOKS_UP = ("socket.getaddrinfo", "socket.gethostbyname")
CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.utime": ((0, 3),),
    "sqlite3.connect": ((0, None),),
}
"""Where a path that is changed stands among an event's arguments, and the folder that it is relative to."""
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
THE_SYSTEMS = ("/dev/null", "/proc/self/clear_refs")
"""No files: what is written there is kept nowhere."""


class Watch:
    """`writable` are the folders that may be written to: the home and the temporary ones."""

    def __init__(self, *writable: Path) -> None:
        self._writable = tuple(folder.resolve() for folder in writable)
        self.found: list[str] = []
        self.asked: Counter[str] = Counter()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        self.asked[event] += 1
        said = self._said_of(event, arguments)
        if said:
            self.found.append(f"{said}, by {_whose()}")

    def _said_of(self, event: str, arguments: tuple[Any, ...]) -> str:
        if event == "pickle.find_class":
            return f"unpickled {arguments}"
        if event in TO_AN_ADDRESS and not is_loopback(arguments[1]):
            return f"{event} {arguments[1]}"
        if event in LOOKS_UP and not is_loopback((arguments[0],)):
            return f"looked up {arguments[0]}"
        if event in STARTS_A_PROGRAM and (event, *arguments[1:2]) not in FORESEEN:
            return f"{event} {arguments[:2]}"
        if event == "open" and arguments[2] & TO_WRITE and not self._may_change(arguments[0], None):
            return f"opened {arguments[0]!r} to write"
        for place, folder in CHANGES.get(event, ()):
            if not self._may_change(arguments[place], None if folder is None else arguments[folder]):
                return f"{event} {arguments[place]!r}"
        return ""

    def _may_change(self, path: Any, folder: int | None) -> bool:
        """A number is a file that is open already."""
        if isinstance(path, int):
            return True
        name = os.fsdecode(path)
        if name in (*THE_SYSTEMS, ":memory:"):
            return True
        if folder is not None and folder >= 0:
            name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
        whole = Path(os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))
        return any(whole.is_relative_to(each) for each in self._writable)


def is_loopback(address: Any) -> bool:
    """A path is a socket of this machine, and no address one that is connected already."""
    if not isinstance(address, tuple):
        return True
    try:
        return address[0] in (None, "", "localhost") or ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


def _whose() -> str:
    """Return who did it: the innermost line of the studio, else of whatever ran."""
    frames, frame = [], sys._getframe(3)
    while frame is not None:
        frames.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        frame = frame.f_back
    return next((place for place in frames if place.startswith(f"{ROOT}/studio/")), frames[0])
