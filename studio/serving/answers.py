"""An answer on the Chat page: how far it is, told whenever it grows."""

import threading
import time
from dataclasses import replace

from studio.core.errors import StudioError
from studio.core.talk import Finish, Found, Spoken
from studio.services.talking import Hear
from studio.serving.replies import Piece, Reply
from studio.serving.speakers import Speaker

ENDED_EARLY = "The model ended before its answer did. Ask again."


class Growing:
    """Told to `hear` as it grows; with its end, and never after it, it has a `finish`. For any thread."""

    def __init__(self, hear: Hear) -> None:
        self._hear, self._spoken = hear, Spoken()
        self._lock = threading.RLock()
        self._began = time.monotonic()
        self.reply: Reply | None = None
        """Counts the tokens."""

    @property
    def over(self) -> bool:
        return bool(self._spoken.finish)

    def tell(self, note: str) -> None:
        """Say what it waits for."""
        self._become(replace(self._spoken, note=note))

    def begin(self, speaker: Speaker, found: tuple[Found, ...]) -> None:
        self._began = time.monotonic()
        self._become(Spoken(step=speaker.step, weights=speaker.weights, found=found))

    def take(self, piece: Piece) -> None:
        note = piece.note or ENDED_EARLY if piece.finish == "failed" else ""
        with self._lock:
            self._become(self._now(self._spoken.text + piece.text, piece.finish, note))

    def stop(self) -> None:
        """End it as far as it is written."""
        with self._lock:
            self._become(self._now(self._spoken.text, "stopped", ""))

    def fail(self, error: StudioError) -> None:
        with self._lock:
            self._become(self._now(self._spoken.text, "failed", str(error)))

    def _now(self, text: str, finish: Finish, note: str) -> Spoken:
        tokens = self.reply.written if self.reply is not None else 0
        seconds = time.monotonic() - self._began
        return replace(self._spoken, text=text, finish=finish, note=note, tokens=tokens, seconds=seconds)

    def _become(self, spoken: Spoken) -> None:
        with self._lock:
            if not self.over:
                self._spoken = spoken
                self._hear(spoken)
