"""Between answers the line waits, and lets go of what answers left behind."""

import threading
from collections.abc import Sequence

from studio.engine.decoding import Seat
from studio.serving.replies import Reply
from studio.serving.turns import FAILED, Turns
from tests.services.conftest import wait_for


def test_once_nobody_has_asked_for_a_while_memory_is_given_back_and_only_once(monkeypatch):
    given_back, times = threading.Event(), []

    def give_back() -> None:
        times.append(threading.current_thread().name)
        given_back.set()

    monkeypatch.setattr("studio.serving.turns.give_back_memory", give_back)
    monkeypatch.setattr("studio.serving.turns.QUIET_SECONDS", 0.0)
    turns = Turns()
    assert given_back.wait(60)
    with turns.between_tokens():
        assert turns.counts() == (0, 0)
    turns.close()
    assert times == ["decoding"]


class Listed:
    """A decoder that gives nobody a token and only notes who joins."""

    def __init__(self) -> None:
        self.joined: list[Seat] = []

    def __len__(self) -> int:
        return 0

    def join(self, seats: Sequence[Seat]) -> None:
        self.joined += seats


class Nothing:
    def decode(self, ids, skip_special_tokens):
        return ""


def test_whoever_leaves_just_as_the_turn_comes_ends_nothing_for_the_others():
    looks = iter([True])
    leaving = Seat((1,), lambda token: True, wanted=lambda: next(looks, False))
    staying = Seat((1,), lambda token: True)
    turns, decoder = Turns(), Listed()
    settings = {"ends": frozenset(), "stops": (), "limit": 1, "seconds": 9.0}
    for seat in (leaving, staying):
        turns.ask(decoder, seat, Reply(Nothing(), lambda piece: None, **settings))
    wait_for(lambda: staying in decoder.joined)
    assert turns.alive
    assert turns.counts() == (0, 0)
    turns.close()


class Broken(Listed):
    """A decoder whose model fails."""

    def join(self, seats: Sequence[Seat]) -> None:
        raise RuntimeError("no memory left")


def test_an_answer_that_a_broken_model_ends_is_told_apart_from_one_that_the_closing_server_ends(monkeypatch):
    monkeypatch.setattr("threading.excepthook", lambda args: None)
    settings = {"ends": frozenset(), "stops": (), "limit": 1, "seconds": 9.0}
    heard = []
    turns = Turns()
    turns.ask(Broken(), Seat((1,), lambda token: True), Reply(Nothing(), heard.append, **settings))
    wait_for(lambda: heard)
    assert (heard[0].finish, heard[0].note) == ("failed", FAILED)
    turns.close()
    turns, closed = Turns(), Reply(Nothing(), heard.append, **settings)
    with turns.between_tokens():
        turns.ask(Listed(), Seat((1,), lambda token: True), closed)
        turns._closing = True
    turns.close()
    assert (heard[1].finish, heard[1].note) == ("failed", "")
