"""What is done on the worker's thread for another: its result and its failure come back to who asked."""

import threading

import pytest

from studio.core.errors import Refused, StudioError
from studio.services.asides import Asides
from studio.services.studio import Studio


def test_the_worker_does_it_on_its_own_thread(studio: Studio) -> None:
    assert studio.aside(lambda: threading.current_thread().name) == "studio-worker"


def test_what_goes_wrong_is_raised_where_it_was_asked_and_the_worker_goes_on(studio: Studio) -> None:
    def wrong() -> None:
        raise Refused("No.", "")

    with pytest.raises(Refused, match="No"):
        studio.aside(wrong)
    assert studio.aside(lambda: 7) == 7
    assert studio.worker().message == ""


def test_who_waits_when_the_studio_closes_is_sent_away() -> None:
    asides, told = Asides(), []

    def ask() -> None:
        with pytest.raises(StudioError, match="is closing"):
            asides.ask(lambda: None)
        told.append(True)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while not asides.any_waits():
        pass
    asides.close()
    waiting.join()
    ask()
    assert told == [True, True]
