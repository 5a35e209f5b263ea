"""Code that a model wrote, run in a process of its own that can compute and nothing else.

`engine/sandboxed.py` is what runs there and says how it is shut in. This side gives it an empty folder, an
empty environment and no descriptor but two files, waits, and reads what came back as a stranger's word:
the code may write whatever it likes there, so nothing in it decides what is right.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from studio.core.errors import StudioError

INSIDE = Path(__file__).with_name("sandboxed.py")
MEMORY_BYTES = 512 * 2**20
OUTPUT_BYTES = 2**20
WAIT_SECONDS = 40.0
"""Only a machine that is too busy needs so long, for the code cannot sleep: then nothing is said of it."""

_ATTEMPTS = """
import os
def refused(attempt):
    try:
        attempt()
    except PermissionError:
        return True
    return False
def connects():
    import _socket
    _socket.socket()
"""
_REFUSED = {
    "open a file": "refused(lambda: open('/proc/self/status'))",
    "write a file": "refused(lambda: open('written', 'w'))",
    "start a process": "refused(os.fork)",
    "send a signal": "refused(lambda: os.kill(os.getpid(), 0))",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one piece of code printed, and the last line of its traceback; None where it raised nothing."""

    printed: str
    error: str | None


def run_apart(code: str, examples: Sequence[str], *, seconds: int) -> list[Outcome]:
    """Run the code, then each example behind it, and return what came of those that were reached.

    `seconds` are the processor's. Code that fails, never ends or takes too much memory leaves its examples
    without an outcome. Raises StudioError where the process cannot be shut in, or the machine
    is too busy to tell.
    """
    job = {
        "code": code,
        "examples": list(examples),
        "seconds": seconds,
        "memory_bytes": MEMORY_BYTES,
        "output_bytes": OUTPUT_BYTES,
    }
    with (
        tempfile.TemporaryDirectory(prefix="studio-apart-") as empty,
        tempfile.TemporaryFile() as asked,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as complaints,
    ):
        asked.write(json.dumps(job).encode())
        asked.seek(0)
        _wait_for(asked, told, complaints, empty)
        said = _lines(told)
        if not said or said[0] != {"ready": True}:
            raise StudioError(
                f"Code could not be shut in: {_last_line(complaints)}", "Switch that reward off."
            )
    return [found for line in said[2 : 2 + len(examples)] if (found := _outcome(line)) is not None]


@cache
def unavailable() -> str:
    """Return why this machine cannot shut code in, "" where it can: it is tried, once."""
    try:
        outcomes = run_apart(_ATTEMPTS, list(_REFUSED.values()), seconds=5)
    except StudioError as error:
        return error.message
    answers = [outcome.printed.strip() for outcome in outcomes]
    open_ways = [way for way, answer in zip(_REFUSED, answers, strict=False) if answer != "True"]
    if len(answers) < len(_REFUSED) or open_ways:
        return f"Code that was shut in here could still {' and '.join(open_ways) or 'end unseen'}."
    return ""


def _wait_for(asked: IO[bytes], told: IO[bytes], complaints: IO[bytes], empty: str) -> None:
    command = [sys.executable, "-P", "-s", "-S", "-B", str(INSIDE)]  # the standard library and nothing else
    with subprocess.Popen(
        command,
        stdin=asked,
        stdout=told,
        stderr=complaints,
        cwd=empty,
        env={"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},  # no secrets; sets are in the same order each time
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            problem = f"Code that needs moments did not end within {WAIT_SECONDS:g} seconds."
            raise StudioError(problem, "The machine is too busy: let it finish other work.") from error


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    text = complaints.read(OUTPUT_BYTES).decode(errors="replace").strip()
    return text.rpartition("\n")[2] or "its process ended before it began."


def _lines(told: IO[bytes]) -> list[Any]:
    """Return the lines of JSON up to the first that is none."""
    told.seek(0)
    found = []
    for line in told.read(OUTPUT_BYTES).split(b"\n"):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            break
    return found


def _outcome(line: Any) -> Outcome | None:
    if not isinstance(line, dict):
        return None
    printed, error = line.get("printed"), line.get("error")
    if not isinstance(printed, str) or not isinstance(error, str | None):
        return None
    return Outcome(printed, error)
