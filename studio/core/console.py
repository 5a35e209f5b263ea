"""The process of the command line as its terminal, file or pipe sees it: letters, broken pipes, signals."""

import io
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from studio.core.errors import Refused, StudioError

STOPPING = (signal.SIGINT, signal.SIGTERM)
DONE, FAILED, REFUSED, STOPPED = 0, 1, 2, 3
"""The exit codes of the command line."""


def prepare_streams() -> None:
    """Write UTF-8 wherever it goes; what is no letter at all is written as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str, stream: TextIO) -> None:
    """Write a line at once. Where nobody reads on (`show RUN | head -1`), the rest goes nowhere."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def meaning(error: BaseException) -> tuple[StudioError, int]:
    """Return what to tell of an error, and its exit code. Our own mistakes are traced on stderr."""
    if isinstance(error, KeyboardInterrupt):
        return StudioError("It was stopped."), STOPPED
    if isinstance(error, StudioError):
        return error, REFUSED if isinstance(error, Refused) else FAILED
    say("".join(traceback.format_exception(error)), sys.stderr)
    what = f"Something in the studio itself went wrong: {type(error).__name__}: {error}"
    return StudioError(what, "Please report it with the lines above."), FAILED


@contextmanager
def noting_interruptions() -> Iterator[Callable[[], bool]]:
    """Yield the question whether a signal came since; within the block, none breaks off what is under way."""
    came: list[int] = []
    earlier = {number: signal.signal(number, lambda number, _: came.append(number)) for number in STOPPING}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def expect_interruption() -> Callable[[], None]:
    """Note signals from now on, and return what waits until one has come, were it before the wait.

    Python calls a handler in the main thread, but the kernel may give the signal to another one, and a main
    thread that waits for a lock (a queue, an event) then sleeps on for ever. The wake-up descriptor is
    written to in whichever thread the signal came, and a flood of signals cannot block it.
    """
    woken, waking = socket.socketpair()
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    for number in STOPPING:
        signal.signal(number, lambda *_: None)

    def wait(_keeps_open: socket.socket = waking) -> None:
        while woken.recv(1)[0] not in STOPPING:
            pass  # a handler of somebody else's

    return wait


class Interruptions:
    """SIGINT and SIGTERM: kept while the program is being loaded, a KeyboardInterrupt from `begin` on."""

    def __init__(self) -> None:
        self._begun = self._came = False
        for number in STOPPING:
            signal.signal(number, self._come)

    def begin(self) -> None:
        self._begun = True
        if self._came:
            raise KeyboardInterrupt

    def _come(self, *_: object) -> None:
        self._came = True
        if self._begun:
            raise KeyboardInterrupt
