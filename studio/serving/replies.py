"""An answer under way: tokens in from the thread that decodes, pieces of text out to whoever waits."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Finish = Literal["", "stop", "length", "failed"]
HALF_A_LETTER = "\ufffd"


@dataclass(frozen=True)
class Piece:
    """Some text of an answer; `finish` says why it is the last one, "" where it is not.

    `note` says of one that failed what went wrong; "" where the server closes.
    """

    text: str
    finish: Finish = ""
    note: str = ""


class Reply:
    """Cuts an answer at its end, at a stop, at its longest, or when its time is over.

    `tell` is called from the thread that decodes. What was told is never taken back: text that may be the
    beginning of a stop waits for the next token.
    """

    def __init__(
        self,
        tokenizer: "PreTrainedTokenizerBase",
        tell: Callable[[Piece], None],
        *,
        ends: frozenset[int],
        stops: Sequence[str],
        limit: int,
        seconds: float,
    ) -> None:
        self._tokenizer, self._tell = tokenizer, tell
        self._ends, self._stops, self._limit = ends, tuple(stops), limit
        self._deadline = time.monotonic() + seconds
        self._ids: list[int] = []
        self._read = 0  # the first of the tokens that were read last
        self._shown = 0  # tokens whose text is in what was read
        self._held = ""
        self.written = 0
        self.gone = False
        """Whoever asked has left."""
        self.finish: Finish = ""

    def wanted(self) -> bool:
        return not self.gone

    def take(self, token: int) -> bool:
        """Add a token; return whether another is wanted."""
        self.written += 1
        if token in self._ends:
            return self._end("stop")
        self._ids.append(token)
        self._held += self._new_text()
        at = min((self._held.find(stop) for stop in self._stops if stop in self._held), default=-1)
        if at >= 0:
            self._held = self._held[:at]
            return self._end("stop")
        if self.written >= self._limit or time.monotonic() > self._deadline:
            return self._end("length")
        kept = self._may_begin_a_stop()
        ready, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        if ready:
            self._tell(Piece(ready))
        return not self.gone

    def fail(self, why: str = "") -> None:
        """End it where it is: the server cannot go on; "" where it closes."""
        if not self.finish:
            self._end("failed", why)

    def refuse(self, problem: StudioError) -> None:
        """End it before it began: its model cannot be had."""
        self._end("failed", str(problem))

    def _end(self, finish: Finish, note: str = "") -> bool:
        if finish != "stop" or not self._stops:
            self._held += self._new_text(whole=True)
        self.finish = finish
        self._tell(Piece(self._held, finish, note))
        return False

    def _new_text(self, *, whole: bool = False) -> str:
        """Return the text of the tokens that are not shown; half a letter waits, at the end nothing does.

        Those that were read last are decoded along: whether one begins with a space depends on them, and
        letters spelled byte by byte are only read from the beginning of one.
        """
        before = self._ids[self._read : self._shown]
        known = self._decode(before)
        text = self._decode([*before, *self._ids[self._shown :]])
        if text.endswith(HALF_A_LETTER) and not whole:
            return ""
        if self._shown < len(self._ids):
            self._read, self._shown = self._shown, len(self._ids)
        return text[len(known) :]

    def _decode(self, ids: Sequence[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True) if ids else ""

    def _may_begin_a_stop(self) -> int:
        """Return how many letters at the end could be the beginning of a stop."""
        lengths = (
            length
            for stop in self._stops
            for length in range(1, len(stop))
            if self._held.endswith(stop[:length])
        )
        return max(lengths, default=0)
