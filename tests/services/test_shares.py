"""One person cannot use up a shared studio: each limit is counted, told, and refused in words."""

import threading
import time

import pytest

from studio.core.errors import Refused
from studio.core.events import RunQueued, RunStarted, RunStopped
from studio.core.limits import Limits
from studio.core.worked import DAY_SECONDS
from studio.services.studio import Studio
from tests.services.conftest import planned

STARTED = RunStarted("a worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")
HOUR = 3600.0


@pytest.fixture
def shared(home):
    """Return a studio with these limits as one person sees it."""

    def visit(owner: str = "ada", **limits: float) -> Studio:
        return Studio(home, Limits(**limits)).visited_by(owner)

    return visit


def worked(studio, run, *, began: float, seconds: float) -> None:
    """Let a run have trained for a while and been stopped."""
    folder = studio._home.runs.folder(run)
    folder.append(STARTED, began)
    folder.append(RunStopped(5, 5, seconds, 1), began + seconds)


def test_only_so_many_things_of_one_person_wait_and_others_are_not_counted(shared, table, tiny_model_folder):
    ada = shared(waiting=2)
    config = planned(ada, table, tiny_model_folder)
    runs = [ada.start(config, name) for name in "ab"]
    assert ada.share().waiting == 2
    with pytest.raises(Refused, match=r"^2 things of yours wait .* and 2 of each person may\. Start it once"):
        ada.start(config, "c")
    bob = ada.visited_by("bob")
    assert bob.start(planned(bob, table, tiny_model_folder), "bob's")
    ada._home.runs.folder(runs[0]).append(STARTED)
    assert ada.start(config, "c")


def test_only_so_many_things_of_all_wait_and_another_guest_is_refused_too(shared, table, tiny_model_folder):
    ada = shared(all_waiting=2)
    runs = [ada.start(planned(ada, table, tiny_model_folder), name) for name in "ab"]
    bob = ada.visited_by("bob")
    assert (bob.share().waiting, bob.share().all_waiting) == (0, 2)
    config = planned(bob, table, tiny_model_folder)
    with pytest.raises(Refused, match=r"^2 things of all who are here wait .* no more may\. Start it once"):
        bob.start(config)
    ada._home.runs.folder(runs[0]).append(STARTED)
    assert bob.start(config)


def test_a_double_click_is_no_second_thing_that_waits(shared, table, tiny_model_folder):
    ada = shared(waiting=1)
    config = planned(ada, table, tiny_model_folder)
    assert ada.start(config, "a") == ada.start(config, "a")


def test_of_many_starts_at_the_same_moment_only_the_allowed_ones_wait(shared, table, tiny_model_folder):
    ada = shared(waiting=3)
    config = planned(ada, table, tiny_model_folder)
    refused = []

    def start(number):
        try:
            ada.start(config, f"run {number}")
        except Refused as error:
            refused.append(error.message)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ada.runs()) == 3
    assert len(refused) == 9


def test_exams_exports_and_probes_wait_among_the_things_of_their_owner(shared, table, tiny_model_folder):
    ada = shared(waiting=1)
    run = ada.start(planned(ada, table, tiny_model_folder), "a")
    folder = ada._home.runs.folder(run)
    (folder.path / "checkpoints" / "step-000005").mkdir(parents=True)
    asked = (ada.start_exam, ada.start_probe, lambda run: ada.start_export(run, "adapter"))
    for ask in asked:
        with pytest.raises(Refused, match="1 thing of yours waits"):
            ask(run)
    assert folder.requests.all() == ()


def test_the_exam_that_follows_training_was_not_asked_for_and_does_not_count(
    shared, table, tiny_model_folder
):
    ada = shared(waiting=1)
    run = ada.start(planned(ada, table, tiny_model_folder), "a")
    worked(ada, run, began=time.time(), seconds=1)
    folder = ada._home.runs.folder(run)
    folder.requests.add("exam", ada._book.progress(run).queued_at)
    assert ada.share().waiting == 0


def test_the_minutes_of_a_day_are_used_up_and_come_back_a_day_later(shared, table, tiny_model_folder):
    ada = shared(day_minutes=60)
    config = planned(ada, table, tiny_model_folder)
    first = ada.start(config, "first")
    worked(ada, first, began=time.time() - 20 * HOUR, seconds=0.5 * HOUR)
    assert ada.share().day_seconds == pytest.approx(0.5 * HOUR)
    assert ada.share().run_seconds == pytest.approx(0.5 * HOUR)
    second = ada.start(config, "second")
    worked(ada, second, began=time.time() - 10 * HOUR, seconds=0.5 * HOUR)
    with pytest.raises(Refused, match=r"Your 1 h of this machine in a day are used up.*in about 4 h 30 min"):
        ada.start(config, "third")
    assert ada.visited_by("bob").share().day_seconds == 0


def test_deleting_a_run_does_not_bring_its_minutes_back(shared, home, table, tiny_model_folder):
    ada = shared(day_minutes=60)
    config = planned(ada, table, tiny_model_folder)
    run = ada.start(config, "a")
    worked(ada, run, began=time.time() - 2 * HOUR, seconds=HOUR)
    ada.delete_run(run)
    assert shared(day_minutes=60).share().day_seconds == pytest.approx(HOUR)
    with pytest.raises(Refused, match="used up"):
        ada.start(config, "b")


def test_what_was_worked_more_than_a_day_ago_counts_no_more(shared, table, tiny_model_folder):
    ada = shared(day_minutes=60)
    run = ada.start(planned(ada, table, tiny_model_folder), "a")
    worked(ada, run, began=time.time() - DAY_SECONDS - HOUR, seconds=1.25 * HOUR)
    assert ada.share().day_seconds == pytest.approx(0.25 * HOUR, abs=5)


def test_a_run_that_has_had_its_minutes_is_not_resumed_and_one_that_has_not_is(
    shared, table, tiny_model_folder
):
    ada = shared(run_minutes=20)
    config = planned(ada, table, tiny_model_folder)
    spent, rested = ada.start(config, "spent"), ada.start(config, "rested")
    worked(ada, spent, began=time.time() - HOUR, seconds=1200)
    worked(ada, rested, began=time.time() - HOUR, seconds=600)
    with pytest.raises(Refused, match="This run has had the 20 min that a run may train here"):
        ada.resume(spent)
    ada.resume(rested)
    assert ada.run(rested).status == "queued"
    with pytest.raises(Refused, match="There is no run"):
        ada.visited_by("bob").resume(spent)


def test_a_raised_limit_lets_a_run_go_on_and_is_noted_in_it(shared, home, table, tiny_model_folder):
    ada = shared(run_minutes=20)
    run = ada.start(planned(ada, table, tiny_model_folder), "a")
    assert ada._home.runs.folder(run).meta().run_minutes == 20
    worked(ada, run, began=time.time() - HOUR, seconds=1200)
    more = shared(run_minutes=40, day_minutes=90)
    more.resume(run)
    meta = more._home.runs.folder(run).meta()
    assert (meta.run_minutes, meta.day_minutes) == (40, 90)


def test_a_studio_of_ones_own_counts_and_refuses_nothing(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    for number in range(6):
        closed._home.runs.folder(closed.start(config, f"run {number}")).append(RunQueued())
    assert closed.share().run_seconds is None
    assert not closed.share().limits


def test_only_so_many_questions_of_one_person_wait(shared, table, tiny_model_folder):
    ada = shared(waiting=2)
    run = ada.start(planned(ada, table, tiny_model_folder), "a")
    (ada._home.runs.folder(run).path / "checkpoints" / "step-000005").mkdir(parents=True)
    for question in ("one", "two"):
        ada.ask(question, run)
    with pytest.raises(Refused, match="2 questions of yours wait already"):
        ada.ask("three", run)
