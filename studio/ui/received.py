"""Files that are being handed over: they lie in a folder of Gradio's until the store has its own copy.

Whoever sends one and never has it read, or breaks off in the middle, leaves it there. It is removed when the
next one comes; and where files are limited, so is what all of them may fill together.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.core.sizes import size
from studio.ui.visitors import asking

ABANDONED_SECONDS = 600.0
"""A file that nobody touched for so long belongs to no page, and to no second studio on the same home."""
AT_ONCE = 50
"""So many of the largest files that one may hand over may lie there together."""
FULL = PlainTextResponse(
    "Too many files are being handed over at this moment. Try again in ten minutes.\n", status_code=503
)


class Received:
    """What lies in the folder. `most_bytes`: of everybody together; 0 is no limit.

    Gradio takes it for the path of the folder: each visitor's files lie in one of their own. It names the
    place of a file by what is in it, so that of a class with the same file only the first would have got it.
    """

    def __init__(self, folder: Path, most_bytes: int = 0) -> None:
        self._folder, self._most, self._coming = folder, most_bytes, 0

    def __fspath__(self) -> str:
        owner = asking()
        return str(self._folder / hashlib.sha256(owner.encode()).hexdigest()[:20] if owner else self._folder)

    async def take(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request bring files, as long as there is room for them."""
        remove_abandoned(self._folder)
        said = Headers(scope=scope).get("content-length", "")
        lies = size(self._folder) if self._most else 0
        room = self._most - lies - self._coming
        if self._most and (room <= 0 or (said.isdecimal() and int(said) > room)):
            await FULL(scope, receive, send)
            return
        with self._counting(receive, lies) as counted, suppress(ClientDisconnect):
            await app(scope, counted, send)

    @contextmanager
    def _counting(self, receive: Receive, lies: int) -> Iterator[Receive]:
        """Cut a request off that brings more than it said, or than there is room for beside others."""
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            brought = len(message.get("body", b""))
            came, self._coming = came + brought, self._coming + brought
            over = self._most and lies + self._coming > self._most
            return {"type": "http.disconnect"} if over else message

        try:
            yield counted
        finally:
            self._coming -= came


def remove_abandoned(folder: Path) -> None:
    """Remove what was received and never read: the store has no need of it."""
    before, emptied = time.time() - ABANDONED_SECONDS, set()
    for path in sorted(folder.rglob("*"), reverse=True):  # what lies in a folder comes before the folder
        with suppress(OSError):  # it was read and removed in this moment, or something lies in it
            if path not in emptied and path.stat().st_mtime > before:
                continue
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
            emptied.add(path.parent)
