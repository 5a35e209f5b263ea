"""The models of the studio's own process: the Chat page talks with them, and a server may speak for them too.

One cast and one line for both. A model is loaded when somebody first asks it, and beside others on its base
where that can be.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.core.errors import Refused, StudioError
from studio.core.talk import Found
from studio.services.looking_up import Desk
from studio.services.mistakes import plainly
from studio.services.packages import load_packages
from studio.services.talking import Hear, Wish
from studio.services.views_of_talks import ServerView
from studio.serving.answers import Growing
from studio.serving.app import LONGEST_SECONDS, Offer
from studio.serving.cast import Cast, introduce
from studio.serving.replies import Reply
from studio.serving.server import Address, Door, first_free
from studio.serving.speakers import Speaker
from studio.serving.turns import Turns
from studio.store.runs import RunFolder

Aside = Callable[[Callable[[], Any]], Any]
"""Does something where it disturbs no run, and returns what it returns."""


def _at_once(work: Callable[[], Any]) -> Any:
    return work()


KEPT_SECONDS = 60.0
"""Whoever talked within it mostly goes on: until then models are not let go for a job."""


def _named(offered: Mapping[str, Speaker]) -> dict[str, tuple[str, ...]]:
    """Return what is told of the models of a server."""
    runs = tuple(name for name, speaker in offered.items() if speaker.step)
    return {"names": tuple(offered), "runs": runs}


def _nobody_waits(error: StudioError) -> None:
    """What went wrong is in the home's own file; where the studio closes, everything is let go anyway."""


class Stage:
    """`aside` is how models are loaded; a server opens at `address`, at the first free port from there.

    `home` is where it is written what went wrong that nobody has caused.
    """

    def __init__(self, home: Path, aside: Aside, address: Address) -> None:
        self._home, self._aside, self._address = home, aside, address
        self._loading = ThreadPoolExecutor(1, thread_name_prefix="loading")
        self._lock = threading.Lock()
        self._desk, self._used_at = Desk(), float("-inf")
        self._door: Door | None = None
        self._view: ServerView | None = None
        self._offered: dict[str, Speaker] = {}
        self._empty()

    def _empty(self) -> None:
        self._turns: Turns | None = None
        self._cast = Cast(quiet=lambda: self._line().between_tokens())

    def _line(self) -> Turns:
        """Return the line before the models; a new one where it broke: then they are loaded anew as well."""
        with self._lock:
            if self._turns is not None and not self._turns.alive:
                self._empty()
            if self._turns is None:
                self._turns = Turns()
            return self._turns

    # Talk

    def speak(self, wish: Wish, hear: Hear) -> Callable[[], None]:
        """Begin an answer; see `services/talking.py`."""
        growing = Growing(hear)
        self._used_at = time.monotonic()  # before anything is loaded: a job that begins now frees nothing
        self._in_background(lambda: self._begin(wish, growing), growing.fail)
        return growing.stop

    def _begin(self, wish: Wish, growing: Growing) -> None:
        from studio.engine.decoding import Sampling, Seat

        line = self._line()
        speaker = self._speaker(wish, growing)
        if growing.over:
            return
        ask = self._aside if wish.manner.with_documents else _at_once
        ids, given = ask(lambda: speaker.chat_prompt(wish.messages))
        room = speaker.room(len(ids))
        if room <= 0:
            raise Refused(
                f"The conversation has {len(ids):,} tokens, and this model reads {speaker.limit:,} at most.",
                "Begin a new one.",
            )
        growing.begin(speaker, tuple(Found(each.source, each.text) for each in given.passages))
        reply = Reply(
            speaker.gathered.tokenizer,
            growing.take,
            ends=speaker.ends,
            stops=(),
            limit=min(wish.manner.answer_tokens, room),
            seconds=LONGEST_SECONDS,
        )
        growing.reply = reply
        sampling = Sampling(wish.manner.temperature, seed=secrets.randbits(31))
        seat = Seat(ids, reply.take, speaker.add_on, sampling, lambda: not growing.over, reply.refuse)
        line.ask(speaker.decoder, seat, reply)
        self._used_at = time.monotonic()

    def _speaker(self, wish: Wish, growing: Growing) -> Speaker:
        """Return who answers. What is not loaded yet is so aside, since that may draw at random."""
        find = self._cast.untouched if wish.untouched else self._cast.tuned

        def found() -> Speaker:
            return find(wish.folder, growing.tell)

        if self._cast.holds(wish.folder, untouched=wish.untouched):
            speaker = found()
        else:
            growing.tell("The model is loaded as soon as the work under way pauses.")
            load_packages()
            speaker = self._aside(found)
        self._used_at = time.monotonic()
        return replace(speaker, desk=self._desk) if wish.manner.with_documents else speaker

    def _in_background(self, work: Callable[[], None], failed: Callable[[StudioError], None]) -> None:
        """Do it behind what is being loaded; tell in plain words what went wrong."""

        def done(future: "Future[None]") -> None:
            if future.cancelled():
                failed(StudioError("The studio is closing.", "Open it again, then ask once more."))
            elif (error := future.exception()) is not None:
                failed(plainly(error, self._home, what="The model could not answer"))

        self._loading.submit(work).add_done_callback(done)

    # Server

    def open(self, folders: Sequence[RunFolder]) -> None:
        """Load the runs and open the server for them, in the background; `server` says how far that is."""
        wanted = ServerView("opening", note="The models are loaded.")
        with self._lock:
            if self._view is not None and self._view.state != "failed":
                raise Refused("The server is open already.", "Stop it first; then open it for other models.")
            self._view = wanted
        self._in_background(
            lambda: self._open(folders, wanted), lambda error: self._not_opened(error, wanted)
        )

    def _open(self, folders: Sequence[RunFolder], wanted: ServerView) -> None:
        line = self._line()
        load_packages()
        offered: dict[str, Speaker] = {}
        for folder in folders:
            self._aside(lambda folder=folder: introduce(self._cast, offered, folder, None))
        with self._lock:
            if self._view is not wanted:  # stopped meanwhile, perhaps to be opened for others
                return
            self._door, address = first_free(Offer(offered, self.put_away), line, self._address)
            self._offered = offered
            self._view = ServerView("open", address.url, self._door.key or "", **_named(offered))

    def _not_opened(self, error: StudioError, wanted: ServerView) -> None:
        with self._lock:
            if self._view is wanted:
                self._view = ServerView("failed", note=str(error))

    def server(self) -> ServerView | None:
        with self._lock:
            if self._view is None or self._turns is None or self._door is None:
                return self._view
            if not self._door.alive:
                return ServerView(
                    "failed", note="A model failed, and the server with it. Stop it, then open it again."
                )
            answering, waiting = self._turns.counts()
            return replace(self._view, answering=answering, waiting=waiting)

    def shut(self) -> None:
        with self._lock:
            door, self._door, self._view, self._offered = self._door, None, None, {}
        if door is not None:
            door.close()

    def put_away(self, run: str) -> None:
        """Speak for a run no more; what it took is free once its answers under way have ended."""
        with self._lock:
            if self._offered.pop(run, None) is not None and self._view is not None:
                self._view = replace(self._view, **_named(self._offered))
        self._in_background(lambda: self._cast.put_away(run), _nobody_waits)

    # Memory

    def make_room(self) -> bool:
        """Let go of all models, unless somebody is talking with one, or a server stands open.

        Return whether none is left.
        """
        with self._lock:
            if (turns := self._turns) is None:
                return True
            in_use = self._view is not None or time.monotonic() - self._used_at < KEPT_SECONDS
            if in_use or sum(turns.counts()):
                return False
            self._empty()
        turns.close()
        self._desk = Desk()
        return True

    def close(self) -> None:
        """End everything; answers under way end where they are."""
        self._loading.shutdown(wait=False, cancel_futures=True)
        self.shut()
        if self._turns is not None:
            self._turns.close()
        self._loading.shutdown()
