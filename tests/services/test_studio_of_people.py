"""Two people in one studio: neither sees, reaches or disturbs what is the other's."""

import threading

import pytest

from studio.core.errors import Refused
from studio.services import changing
from studio.services.studio import Studio
from studio.store.incoming import Arrival
from tests.services.conftest import planned, wait_for, write_table


@pytest.fixture
def ada(closed):
    return closed.visited_by("ada")


@pytest.fixture
def bob(closed):
    return closed.visited_by("bob")


@pytest.fixture
def run(ada, table, tiny_model_folder):
    return ada.start(planned(ada, table, tiny_model_folder), "ada's")


def test_each_sees_the_own_things_and_the_whole_studio_sees_all(closed, ada, bob, run, table):
    other = bob.add_dataset(table, "sums")
    assert [view.id for view in ada.runs()] == [run]
    assert bob.runs() == ()
    assert [view.id for view in bob.datasets()] == [other.id]
    assert {view.id for view in closed.datasets()} == {other.id, *(view.id for view in ada.datasets())}
    assert closed.run(run).name == "ada's"


def test_the_same_file_of_two_people_is_two_data_sets(ada, bob, table):
    mine, his = ada.add_dataset(table, "sums"), bob.add_dataset(table, "sums")
    assert mine.id != his.id
    assert ada.add_dataset(table, "sums").id == mine.id


def test_an_upload_is_watched_and_stopped_by_its_owner_alone(closed, ada, bob, table):
    upload = ada.start_upload(table, "sums.csv")
    for verb in (bob.upload, bob.stop_upload):
        with pytest.raises(Refused, match="not known any more"):
            verb(upload)
    assert wait_for(lambda: ada.upload(upload).state == "done")
    assert ada.dataset(ada.upload(upload).dataset).name
    assert bob.datasets() == ()
    assert closed.upload(upload).state == "done"


def test_an_upload_that_is_taken_up_after_a_restart_is_still_its_owners(closed, home, table):
    folder = closed._home.incoming.create()
    folder.bring(table, Arrival("sums.csv", "sums", owner="ada"))
    folder.leave()
    later = Studio(home)
    later._uploads.open()
    assert wait_for(lambda: later.upload(folder.id).state == "done")
    assert len(later.visited_by("ada").datasets()) == 1
    assert later.visited_by("bob").datasets() == ()


def test_a_change_is_seen_and_stopped_by_the_owner_of_the_data_set_alone(ada, bob, table, monkeypatch):
    monkeypatch.setattr(changing, "SMALL_ROWS", 0)  # it is made in the background, as one of many rows is
    view = ada.add_dataset(table, "sums")
    ada.start_edit(view.id, view.preview[0].row, "completion", "Another answer.")
    assert ada.change(view.id) is not None or ada.dataset(view.id).version != view.version
    assert bob.change(view.id) is None
    bob.stop_change(view.id)
    bob.put_change_away(view.id)
    ada._changes.close()
    with pytest.raises(Refused, match="There is no data set"):
        bob.start_edit(view.id, view.preview[0].row, "completion", "Mine.")


def test_a_question_is_read_and_cancelled_by_the_owner_of_the_run_alone(closed, ada, bob, run):
    asked = closed._questions.ask("What is 1 plus 1?", run)
    for verb in (bob.comparison, bob.cancel_question, bob.ratings):
        with pytest.raises(Refused, match="not known any more"):
            verb(asked)
    assert ada.comparison(asked).question == "What is 1 plus 1?"
    closed._questions.take()
    closed._questions.tell("Loading.")
    assert ada.comparison(asked).waiting.startswith("Loading.")


def test_two_people_start_the_same_in_the_same_moment_and_get_a_run_each(ada, bob, table, tiny_model_folder):
    runs = [who.start(planned(who, table, tiny_model_folder), "sums") for who in (ada, bob)]
    assert len(set(runs)) == 2
    assert [who.run(run).name for who, run in zip((ada, bob), runs, strict=True)] == ["sums", "sums"]


def test_places_in_the_queue_are_told_among_all_and_changed_among_ones_own(
    closed, ada, bob, run, table, tiny_model_folder
):
    config = planned(bob, table, tiny_model_folder)
    first, second = (bob.start(config, name) for name in ("first", "second"))
    assert [bob.run(each).queue_position for each in (first, second)] == [2, 3]
    bob.move_in_queue(second, up=True)
    bob.move_in_queue(second, up=True)
    assert ada.run(run).queue_position == 1
    assert [bob.run(each).queue_position for each in (second, first)] == [2, 3]
    with pytest.raises(Refused):
        bob.move_in_queue(run, up=False)


def test_a_damaged_run_is_told_to_its_owner_alone(closed, ada, bob, run, home):
    assert [view.id for view in ada.runs()] == [run]
    (home / "runs" / run / "config.json").write_text("{")
    again = Studio(home)
    again.runs()
    told = {owner: again.visited_by(owner).worker() for owner in ("ada", "bob")}
    assert run in told["ada"].message
    assert told["bob"].damage == ()
    assert run not in told["bob"].message


def test_deleting_a_data_set_keeps_the_tokens_of_the_other_peoples(closed, ada, bob, table, tmp_path):
    mine = ada.add_dataset(table, "sums")
    his = bob.add_dataset(write_table(tmp_path / "other.csv", rows=30), "other")
    tokens = closed._home.tokens
    name = f"{his.version}-{'0' * 32}"
    (tokens.path / name).mkdir(parents=True)
    ada.delete_dataset(mine.id)
    assert (tokens.path / name).is_dir()
    bob.delete_dataset(his.id)
    assert not (tokens.path / name).is_dir()


def test_nobody_visits_nothing(closed):
    with pytest.raises(Refused, match="Nobody is signed in"):
        closed.visited_by("")


def test_a_visitors_facade_is_made_once_also_by_many_threads(closed):
    seen, start = set(), threading.Barrier(8)

    def visit():
        start.wait()
        seen.add(id(closed.visited_by("ada")))

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
