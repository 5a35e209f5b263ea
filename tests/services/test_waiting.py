"""Waiting for somebody else ends at once where a stop is asked for."""

import pytest

from studio.services import waiting
from studio.services.waiting import Stopped, pause


def test_a_stop_ends_the_wait_and_without_one_it_is_as_long_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    pause(lambda: False, 3.0)
    assert now[0] == pytest.approx(3.0)
    with pytest.raises(Stopped):
        pause(lambda: now[0] > 4.0, 60.0)
    assert now[0] < 4.5
    with pytest.raises(Stopped):
        pause(lambda: True, 0.0)
