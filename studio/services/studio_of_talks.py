"""The part of the facade about talking with tuned models, here and from other programs (see `studio.py`)."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from studio.core.talk import Manner, Talk
from studio.services import doors, talk_ratings, talks
from studio.services.rating import RatingView
from studio.services.studio_of_proof import StudioOfProof
from studio.services.talking import Engine, Talking
from studio.services.views_of_talks import ServerView
from studio.store.home import Home

Value = TypeVar("Value")


class StudioOfTalks(StudioOfProof):
    """The verbs of conversations. `voices` are runs' ids, or `base:` and one for the model it began with."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._talking = Talking()

    def speak_through(self, engine: Engine) -> None:
        """Name what answers in this process; without it, conversations can be read and not led."""
        self._talking.speaks_through(engine)
        self._questions.make_room = engine.make_room

    def aside(self, work: Callable[[], Value]) -> Value:
        """Do something where the worker answers questions, between two steps; see `asides.py`."""
        return self._questions.asides.ask(work)

    def end_talks(self) -> None:
        """End what is being said; it is kept as far as it is. Called as the studio closes."""
        self._questions.asides.close()
        self._talking.close()

    def talks(self) -> tuple[Talk, ...]:
        """Return all conversations, the newest first."""
        return talks.talks(self._home)

    def talk(self, talk: str) -> Talk:
        """Return a conversation with its answers as far as they are written."""
        return talks.view(self._home, self._talking, talk)

    def say(self, question: str, voices: Sequence[str], manner: Manner, talk: str = "") -> str:
        """Ask, and return the conversation's id at once; "" begins one. Pressed twice, it is asked once."""
        return talks.say(self._home, self._talking, question, voices=voices, manner=manner, talk=talk)

    def say_again(self, talk: str, question: str, voices: Sequence[str], manner: Manner) -> None:
        """Put another question in the place of the last one, or the same again."""
        talks.say_again(self._home, self._talking, talk, question=question, voices=voices, manner=manner)

    def stop_talking(self, talk: str) -> None:
        """Stop the answers being written; what is written stays."""
        talks.stop(self._home, self._talking, talk)

    def delete_talk(self, talk: str) -> None:
        talks.delete(self._home, self._talking, talk)

    def talk_ratings(self, talk: str) -> Mapping[tuple[str, str], RatingView | None]:
        """Return what was said of each answer that can be rated, by exchange and voice."""
        return talk_ratings.ratings(self._home, self.talk(talk))

    def rate_talk(self, talk: str, exchange: str, voice: str, said: RatingView | None) -> None:
        """Keep what is said of one answer of a conversation, or the right one; None takes it back."""
        talk_ratings.rate(self._home, self.talk(talk), (exchange, voice), said)

    def open_server(self, runs: Sequence[str]) -> None:
        """Let other programs ask these runs too, on a port of this machine. Returns at once."""
        doors.open_server(self._home, self._talking, runs)

    def server(self) -> ServerView | None:
        return doors.server(self._home, self._talking)

    def put_away(self, run: str) -> None:
        """Take one run off the server; its memory is free once its answers under way have ended."""
        doors.put_away(self._home, self._talking, run)

    def close_server(self) -> None:
        doors.close_server(self._home, self._talking)
