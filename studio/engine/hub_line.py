"""What goes over the line to the hub while files are sent: counted, ended at any moment, and told in
plain words where it breaks."""

import io
import re
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from huggingface_hub import get_session
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

from studio.core.errors import StudioError
from studio.core.keys import SHOWN, Key

BUSY = (408, 429, 500, 502, 503, 504)
SHOWN_OF_A_REFUSAL = 300
TOKENS_PAGE = "https://huggingface.co/settings/tokens"
AGAIN = "Send it again in some minutes: files that have arrived are not sent twice."


class Ended(Exception):
    """Nobody waits for this sending any more: it goes no further."""


@dataclass(eq=False)
class Busy(Exception):
    """The hub cannot just now; `wait_seconds` is what it asks for, 0 where it says nothing."""

    status: int
    wait_seconds: float


@dataclass(eq=False)
class Line:
    """One sending, as the thread that sends and the one that waits for it both see it."""

    message: str = "Asking the hub"
    done: int = 0
    total: int = 0
    committing: bool = False
    """What is being sent takes effect at once: it is seen through."""
    heard_at: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)

    def say(self, message: str, total: int = 0) -> None:
        self.message, self.done, self.total = message, 0, total
        self.go_on()

    def go_on(self) -> None:
        """Note that something moves. Raises Ended where nobody waits for it any more."""
        if self.ended.is_set():
            raise Ended
        self.heard_at = time.monotonic()


class CountedFile(io.BufferedReader):
    """A file that is read for the hub: tells its line how far it is, and breaks off where that was ended."""

    def __init__(self, path: Path, line: Line) -> None:
        super().__init__(io.FileIO(path))
        self._line = line

    def read(self, size: int | None = -1, /) -> bytes:
        self._line.go_on()
        block = super().read(size)
        self._line.done = self.tell()
        return block


_LINE: ContextVar[Line | None] = ContextVar("line", default=None)


def use(line: Line) -> None:
    """Let this thread's requests to the hub go over the line.

    The client that the hub's library shares among all requests gets two listeners; on other threads' requests
    they do nothing. Without them that library would wait out of sight when the hub is busy, for as long as it
    is told to, and would go on after a stop.
    """
    _LINE.set(line)
    client = get_session()
    hooks = client.event_hooks
    if _answered not in hooks["response"]:
        client.event_hooks = {
            "request": [*hooks["request"], _asked],
            "response": [*hooks["response"], _answered],
        }


def _asked(request: httpx2.Request) -> None:
    if (line := _LINE.get()) is not None:
        line.go_on()


def _answered(response: httpx2.Response) -> None:
    if (line := _LINE.get()) is None:
        return
    line.heard_at = time.monotonic()
    if response.status_code in BUSY:
        raise Busy(response.status_code, _wait_told(response.headers))


def _wait_told(headers: httpx2.Headers) -> float:
    """Return how long the hub asks to wait: in `Retry-After`, or in `RateLimit` where nothing is left."""
    wanted = headers.get("Retry-After", "").strip()
    if wanted.isdigit():
        return float(wanted)
    spent = re.search(r"r\s*=\s*0\s*;\s*t\s*=\s*(\d+)", headers.get("RateLimit", ""))
    return float(spent[1]) if spent else 0.0


def root_of(error: Exception) -> Exception:
    """Return what really happened: the library wraps what breaks a large file off."""
    while isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return error


def in_words(error: Exception, repository: str, key: Key) -> StudioError | None:
    """Return what to tell of an error on the line; None where it is none of the line's."""
    match error:
        case StudioError():
            return error
        case Busy():
            return _busy(error.status)
        case HfHubHTTPError():
            said = error.server_message or ""
            return _refused(error.response.status_code, repository, _quoted(said, key))
        case HFValidationError():
            return StudioError(f"{repository!r} is no name that the hub takes.", "Write it as owner/name.")
        case OfflineModeIsEnabled():
            return StudioError("The hub is switched off here (HF_HUB_OFFLINE).", "Unset it, and send again.")
        case httpx2.HTTPError():
            why = " ".join(str(error).split())[:200] or type(error).__name__
            return StudioError(f"The line to the hub was cut: {why}.", f"Check the connection. {AGAIN}")
        case ValueError():
            return StudioError(
                f"The hub did not take this, or its answer cannot be read.{_quoted(str(error), key)}",
                "Try again later; if it stays so, upload the files on the hub's own page.",
            )
    return None


def _quoted(text: str, key: Key) -> str:
    said = " ".join(text.split())
    if key:
        said = said.replace(key.reveal(), SHOWN)  # before the cut: half a key would not be found
    return f" It said: {said[:SHOWN_OF_A_REFUSAL]}" if said else ""


def _busy(status: int) -> StudioError:
    if status == 429:
        return StudioError("The hub asks for patience (answer 429).", AGAIN)
    return StudioError(f"The hub has trouble of its own (answer {status}).", AGAIN)


def _refused(status: int, repository: str, said: str) -> StudioError:
    if status == 401:
        return StudioError(
            f"The hub does not accept the token (answer 401).{said}",
            f"Make one that may write at {TOKENS_PAGE}, and enter it again.",
        )
    if status == 403:
        return StudioError(
            f"The token may not write to {repository} (answer 403).{said}",
            f"Name a place of your own, your-name/..., or make a token that may write at {TOKENS_PAGE}.",
        )
    if status == 404:
        return StudioError(
            f"The hub has no {repository} that this token may see (answer 404).{said}",
            "Check the spelling (owner/name), and whose token it is.",
        )
    return StudioError(
        f"The hub refused (answer {status}).{said}",
        "Nothing was changed there by this. Mend what it says, then send again.",
    )
