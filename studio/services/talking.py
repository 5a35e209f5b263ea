"""Who answers in a conversation: the models of the server's engine, and what they are writing just now."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from studio.core.errors import Refused, StudioError
from studio.core.records import Message
from studio.core.talk import Manner, Spoken, Talk
from studio.services.views_of_talks import ServerView
from studio.store.runs import RunFolder
from studio.store.talks import TalkFolder

MOST_VOICES = 4
SILENT = "This run gives labels or scores and does not write."

Hear = Callable[[Spoken], None]
Place = tuple[str, str, str]
"""A conversation, an exchange of it, and who answers there."""


@dataclass(frozen=True)
class Wish:
    """What a model is to answer: the turns before its answer, the question among them."""

    folder: RunFolder
    untouched: bool
    messages: tuple[Message, ...]
    manner: Manner


class Engine(Protocol):
    """What speaks: the server's models, loaded when they are first asked (`serving/stage.py`)."""

    def speak(self, wish: Wish, hear: Hear) -> Callable[[], None]:
        """Begin an answer; tell it as it grows, the last time with its `finish`. Return what stops it."""

    def open(self, folders: Sequence[RunFolder]) -> None:
        """Open a server that speaks for these runs beside the page. Returns at once."""

    def server(self) -> ServerView | None: ...

    def shut(self) -> None:
        """Close the server; the page talks on."""

    def put_away(self, run: str) -> None:
        """Speak for a run no more, neither on the page nor from the server. Returns at once."""

    def make_room(self) -> bool:
        """Free the memory of models that nobody talks to, for a job; return whether none of it is left."""

    def close(self) -> None: ...


class Talking:
    """What is being answered in this process. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._growing: dict[Place, Spoken] = {}
        self._stops: dict[Place, Callable[[], None]] = {}
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="talks")
        self._engine: Engine | None = None

    def speaks_through(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            raise Refused("No model speaks in this process.", "Talk on the studio's page, or use `serve`.")
        return self._engine

    def refuse_silence(self) -> None:
        """Raise Refused where nobody speaks in this process."""
        assert self.engine is not None

    def server(self) -> ServerView | None:
        return None if self._engine is None else self._engine.server()

    def put_away(self, run: str) -> None:
        """Let go of what a run's model takes, where one speaks in this process."""
        if self._engine is not None:
            self._engine.put_away(run)

    @contextmanager
    def expecting(self, talk: str, exchange: str, voices: Iterable[str]) -> Iterator[None]:
        """Write a question within: from the moment it can be read, its answers are under way."""
        places = [(talk, exchange, voice) for voice in voices]
        with self._lock:
            self._growing |= dict.fromkeys(places, Spoken())
        try:
            yield
        except BaseException:
            with self._lock:
                for place in places:
                    del self._growing[place]
            raise

    def answer(self, folder: TalkFolder, exchange: str, wishes: Mapping[str, Wish]) -> None:
        """Let everybody who was asked begin to answer."""
        for voice, wish in wishes.items():
            place = (folder.id, exchange, voice)
            stop = self.engine.speak(wish, lambda spoken, at=place: self._heard(folder, at, spoken))
            with self._lock:
                if place in self._growing:
                    self._stops[place] = stop

    def growing(self, talk: str) -> Mapping[Place, Spoken]:
        """Return the answers of a conversation that are being written."""
        with self._lock:
            return {place: spoken for place, spoken in self._growing.items() if place[0] == talk}

    def writes(self, talk: str) -> bool:
        """Return whether something is still being written; what has just ended is kept by then."""
        if any(not spoken.finish for spoken in self.growing(talk).values()):
            return True
        self.settled()
        return False

    def stop(self, talk: str) -> None:
        with self._lock:
            stops = [stop for place, stop in self._stops.items() if place[0] == talk]
        for stop in stops:
            stop()

    def settled(self) -> None:
        """Return once every answer that has ended is kept."""
        self._keeping.submit(lambda: None).result()

    def close(self) -> None:
        """End what is being written; it is kept as far as it is."""
        with self._lock:
            stops = [*self._stops.values()]
        for stop in stops:
            stop()
        if self._engine is not None:
            self._engine.close()
        self._keeping.shutdown()

    def _heard(self, folder: TalkFolder, place: Place, spoken: Spoken) -> None:
        with self._lock:  # whoever reads that it has ended finds it in the line of what is kept
            self._growing[place] = spoken
            kept = self._keeping.submit(_keep, folder, place, spoken) if spoken.finish else None
        if kept is not None:
            kept.add_done_callback(lambda done: self._kept(place, spoken, done))

    def _kept(self, place: Place, spoken: Spoken, done: "Future[None]") -> None:
        """Forget an answer that is on the disk; of one that is not, the page says why."""
        problem = done.exception()
        with self._lock:
            self._stops.pop(place, None)
            if isinstance(problem, StudioError) and not isinstance(problem, Refused):  # that is: deleted
                self._growing[place] = replace(spoken, note=f"This answer could not be kept: {problem}")
            else:
                del self._growing[place]


def _keep(folder: TalkFolder, place: Place, spoken: Spoken) -> None:
    _, exchange, voice = place

    def with_answer(talk: Talk) -> Talk:
        exchanges = (
            replace(each, answers={**each.answers, voice: spoken}) if each.id == exchange else each
            for each in talk.exchanges
        )
        return replace(talk, exchanges=tuple(exchanges))

    folder.change(with_answer)
