"""Whose turn it is: one thread decodes for everybody, and who comes later joins at the next token."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studio.core.system import give_back_memory
from studio.serving.forms import WrongRequest
from studio.serving.replies import Reply

if TYPE_CHECKING:
    from studio.engine.decoding import Decoder, Seat

MOST_AT_ONCE = 16
MOST_WAITING = 64
FAILED = "A model failed before this answer was finished."
QUIET_SECONDS = 10.0
"""So long after the last answer the memory goes back that answers leave free: up to half of what is held."""


class Turns:
    """The thread, and the line before it. Each decoder holds one model; those that are asked have turns."""

    def __init__(self, *, most_at_once: int = MOST_AT_ONCE) -> None:
        self._most_at_once = most_at_once
        self._busy: list[Decoder] = []
        self._waiting: deque[tuple[Decoder, Seat]] = deque()
        self._replies: set[Reply] = set()
        self._changed = threading.Condition()
        self._closing = self._at_work = False
        self._guests = 0
        self._thread = threading.Thread(target=self._work, name="decoding", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._closing

    def counts(self) -> tuple[int, int]:
        """Return (answers under way, askers who wait)."""
        with self._changed:
            return sum(map(len, self._busy)), len(self._waiting)

    def ask(self, decoder: "Decoder", seat: "Seat", reply: Reply) -> None:
        """Stand in line. Raises WrongRequest where it is too long, and where the server closes."""
        with self._changed:
            if not self.alive:
                raise WrongRequest("The server is closing.", status=503, code="closing")
            if len(self._waiting) >= MOST_WAITING:
                raise WrongRequest(
                    f"{MOST_WAITING} requests wait already. Try again in a moment.",
                    status=429,
                    code="queue_full",
                )
            self._waiting.append((decoder, seat))
            self._replies.add(reply)
            if decoder not in self._busy:
                self._busy.append(decoder)
            self._changed.notify_all()

    @contextmanager
    def between_tokens(self) -> Iterator[None]:
        """As long as the context lasts nobody gets a token: what the decoders hold may be changed."""
        with self._changed:
            self._guests += 1
            self._changed.wait_for(lambda: not self._at_work)
            try:
                yield
            finally:
                self._guests -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """End the thread; answers under way end where they are."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        why = FAILED
        try:
            while self._all_have_turns():
                pass
            why = ""  # it was asked to close
        finally:  # also where a decoder failed: nobody may wait for ever
            with self._changed:
                self._closing, self._at_work = True, False
                for reply in self._replies:
                    reply.fail(why)
                self._changed.notify_all()

    def _all_have_turns(self) -> bool:
        """Return whether there was something to do. A decoder is held by nothing here while all wait."""
        decoders = self._round()
        for decoder in decoders:
            self._turn(decoder)
        return bool(decoders)

    def _turn(self, decoder: "Decoder") -> None:
        """Let those join who come next, and give everybody a token."""
        if come := self._next(decoder, self._most_at_once - len(decoder)):
            decoder.join(come)
        if len(decoder):
            decoder.step()
            decoder.dismiss()

    def _round(self) -> "tuple[Decoder, ...]":
        """Wait until there is something to do; return the decoders that have it, none where all is over."""
        with self._changed:
            self._at_work = False
            self._changed.notify_all()
            self._replies = {reply for reply in self._replies if not reply.finish and not reply.gone}
            asked = [decoder for decoder, _ in self._waiting]
            self._busy = [each for each in self._busy if len(each) or each in asked]
            self._wait_for_work()
            self._at_work = not self._closing
            return tuple(self._busy) if self._at_work else ()

    def _wait_for_work(self) -> None:
        def ready() -> bool:
            return self._closing or bool(self._busy and not self._guests)

        if not self._changed.wait_for(ready, timeout=QUIET_SECONDS):
            give_back_memory()
            self._changed.wait_for(ready)

    def _next(self, decoder: "Decoder", room: int) -> "list[Seat]":
        """Take those out of the line who come next to this decoder; who has left is passed over."""
        with self._changed:
            mine = [each for each in self._waiting if each[0] is decoder]
            wanted = [each for each in mine if each[1].wanted()]  # asked once: anybody may leave meanwhile
            taken = wanted[:room]
            for each in mine:
                if each in taken or each not in wanted:
                    self._waiting.remove(each)
        return [seat for _, seat in taken]
