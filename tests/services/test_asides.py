"""What is done on the worker's thread for another: its result and its failure come back to who asked."""

import threading
from pathlib import Path

import pytest

from studio.core.errors import Refused, StudioError
from studio.services.asides import Asides
from studio.services.studio import Studio
from tests.services.conftest import ended, planned, wait_for


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


def test_it_is_done_while_a_run_trains_and_does_not_wait_for_its_end(
    studio: Studio, table: Path, tiny_model_folder: Path
) -> None:
    run = studio.start(planned(studio, table, tiny_model_folder, steps=4000))
    wait_for(lambda: studio.run(run).step >= 3)
    asked = threading.Thread(target=lambda: studio.aside(lambda: None))
    asked.start()
    asked.join(timeout=20)
    assert not asked.is_alive()
    assert studio.run(run).status == "running"
    studio.stop(run)
    assert ended(studio, run) == "stopped"
