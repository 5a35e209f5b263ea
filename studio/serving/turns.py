"""Whose turn it is: one thread decodes for everybody, and who comes later joins at the next token."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.serving.forms import WrongRequest
from studio.serving.replies import Reply

if TYPE_CHECKING:
    from studio.engine.decoding import Decoder, Seat

MOST_AT_ONCE = 16
MOST_WAITING = 64


class Turns:
    """The thread, and the line before it. Each decoder holds one model."""

    def __init__(self, decoders: Sequence["Decoder"], *, most_at_once: int = MOST_AT_ONCE) -> None:
        self._decoders, self._most_at_once = tuple(decoders), most_at_once
        self._waiting: deque[tuple[int, Seat]] = deque()
        self._replies: set[Reply] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="decoding", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._closing

    def counts(self) -> tuple[int, int]:
        """Return (answers under way, askers who wait)."""
        with self._changed:
            return sum(map(len, self._decoders)), len(self._waiting)

    def ask(self, decoder: int, seat: "Seat", reply: Reply) -> None:
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
            self._changed.notify()

    def close(self) -> None:
        """End the thread; answers under way end where they are."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        try:
            while self._wait():
                for place, decoder in enumerate(self._decoders):
                    self._turn(place, decoder)
        finally:  # also where a decoder failed: nobody may wait for ever
            with self._changed:
                self._closing = True
                for reply in self._replies:
                    reply.fail()

    def _turn(self, place: int, decoder: "Decoder") -> None:
        """Let those join who come next, and give everybody a token."""
        if come := self._next(place, self._most_at_once - len(decoder)):
            decoder.join(come)
        if len(decoder):
            decoder.step()
            decoder.dismiss()

    def _wait(self) -> bool:
        """Wait until there is something to do; return whether to go on."""
        with self._changed:
            self._replies = {reply for reply in self._replies if not reply.finish and not reply.gone}
            self._changed.wait_for(lambda: self._closing or self._waiting or any(map(len, self._decoders)))
            return not self._closing

    def _next(self, place: int, room: int) -> list["Seat"]:
        """Take those out of the line who come next to this decoder; who has left is passed over."""
        with self._changed:
            mine = [each for each in self._waiting if each[0] == place]
            taken = [each for each in mine if each[1].wanted()][:room]
            gone = [each for each in mine if not each[1].wanted()]
            for each in (*taken, *gone):
                self._waiting.remove(each)
        return [seat for _, seat in taken]
