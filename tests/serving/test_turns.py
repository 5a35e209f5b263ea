"""Between answers the line waits, and lets go of what answers left behind."""

import threading

from studio.serving.turns import Turns


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
