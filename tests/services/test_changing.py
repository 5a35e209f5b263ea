"""Changes are made in the background: watched, given up, refused while another runs, taken up again."""

import threading
from dataclasses import replace

import pytest

from studio.core.cleaning import Wish
from studio.core.errors import Refused, StudioError
from studio.services import changing, cleaning
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import wait_for, write_table

ROWS = 450
EMAILS = ("personal_data", "email", "redact")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "rows.csv"
    rows = [f"What about subject {n}?,The answer is {n * 37} says a{n}@example.org." for n in range(ROWS)]
    path.write_text("question,answer\n" + "\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def dataset(closed, table):
    return closed.add_dataset(table, table.name).id


@pytest.fixture
def large(monkeypatch):
    """Every data set is one whose changes nobody waits for."""
    monkeypatch.setattr(changing, "SMALL_ROWS", 0)


@pytest.fixture
def held(monkeypatch, large):
    """Hold a change between two looks, until the test lets it go."""
    go_on, waits = threading.Event(), threading.Event()
    real = changing._Change._progress

    def slow(self, rows, share):
        real(self, rows, share)
        if rows and not go_on.is_set():
            waits.set()
            assert go_on.wait(30)

    monkeypatch.setattr(changing._Change, "_progress", slow)
    yield waits, go_on
    go_on.set()


def over(studio, dataset):
    wait_for(lambda: (view := studio.change(dataset)) is None or view.state != "working")
    return studio.change(dataset)


def rows_left(home):
    return [path.name for path in (home / "datasets").rglob("change.json")]


def test_a_small_data_set_is_changed_before_the_press_returns(closed, dataset, home):
    before = closed.dataset(dataset).version
    assert closed.start_fix(dataset, *EMAILS).state == "done"
    assert closed.dataset(dataset).version != before
    assert [step.changed for step in closed.history(dataset)] == [ROWS]
    assert closed.change(dataset) is None
    assert rows_left(home) == []


def test_what_keeps_a_small_data_set_from_being_changed_is_raised(closed, dataset):
    with pytest.raises(StudioError, match="no longer there"):
        closed.start_fix(dataset, "conflicts", "", "drop")
    with pytest.raises(StudioError, match="text is empty"):
        closed.start_edit(dataset, 2, "completion", " ")
    assert closed.change(dataset) is None


def test_a_change_shows_how_far_it_is_and_the_rows_stay_as_they_were_meanwhile(closed, dataset, held):
    waits, go_on = held
    before = closed.dataset(dataset)
    started = closed.start_fix(dataset, *EMAILS)
    assert started.state == "working"
    assert waits.wait(30)
    view = closed.change(dataset)
    assert (view.id, view.fix, view.total) == (started.id, "redact", ROWS)
    assert 0 < view.rows < ROWS
    assert 0 < view.share < 1
    assert closed.dataset(dataset) == before
    for act in (
        lambda: closed.start_edit(dataset, 2, "completion", "Mine."),
        lambda: closed.start_remap(dataset, {"input": "answer", "output": "question"}),
        lambda: closed.undo(dataset),
        lambda: closed.delete_dataset(dataset),
    ):
        with pytest.raises(Refused, match="being changed at the moment"):
            act()
    go_on.set()
    assert over(closed, dataset) is None
    assert [step.fix for step in closed.history(dataset)] == ["redact"]


@pytest.mark.parametrize(
    "wish", [Wish(*EMAILS), Wish("", "", "remap", {"input": "answer", "output": "question"})]
)
def test_a_change_that_is_given_up_leaves_the_rows_as_they_were(closed, dataset, held, home, wish):
    waits, go_on = held
    before = closed.dataset(dataset)
    closed._changes.start(dataset, wish)
    assert waits.wait(30)
    closed.stop_change(dataset)
    assert closed.change(dataset).stopping
    go_on.set()
    assert over(closed, dataset) is None
    assert closed.dataset(dataset) == before
    assert rows_left(home) == []
    assert closed.start_fix(dataset, *EMAILS).state == "working", "the turn was given back"
    over(closed, dataset)


def test_why_a_large_data_set_could_not_be_changed_is_told_until_it_is_put_away(closed, dataset, large, home):
    closed.start_fix(dataset, "conflicts", "", "drop")
    view = over(closed, dataset)
    assert view.state == "failed"
    assert "no longer there" in view.error
    assert view.hint
    closed.put_change_away(dataset)
    assert closed.change(dataset) is None
    assert rows_left(home) == []


def test_our_own_mistake_while_changing_is_told_and_keeps_its_traceback(
    closed, dataset, large, home, monkeypatch
):
    monkeypatch.setattr(cleaning, "_keep", lambda *arguments: 1 / 0)
    closed.start_fix(dataset, *EMAILS)
    assert "ZeroDivisionError" in over(closed, dataset).error
    assert (home / "traceback.txt").is_file()


def test_a_change_survives_a_restart(closed, dataset, held, home):
    waits, go_on = held
    second = Studio(home)
    closed.start_fix(dataset, *EMAILS)
    assert waits.wait(30)
    second._changes.open()  # Another process: the change is in good hands, and stays there.
    assert second.change(dataset) is None
    closing = threading.Thread(target=closed.close)
    closing.start()
    go_on.set()
    closing.join()
    assert second.history(dataset) == ()
    second.open(Duty(takes_home=True, quiet_seconds=60.0, done=lambda: True))
    assert over(second, dataset) is None
    assert [step.fix for step in second.history(dataset)] == ["redact"]
    second.close()
    assert rows_left(home) == []


def test_a_change_that_was_made_before_the_power_failed_is_not_made_twice(closed, dataset, home):
    wish = Wish(*EMAILS, version=closed.dataset(dataset).version)
    closed.apply_fix(dataset, *EMAILS)
    closed._home.datasets.folder(dataset).note_wish(wish)
    again = Studio(home)
    again._changes.open()
    assert over(again, dataset) is None
    assert len(again.history(dataset)) == 1
    assert rows_left(home) == []


def test_a_note_that_is_damaged_on_disk_is_dropped(closed, dataset, home):
    (home / "datasets" / dataset / "change.json").write_text('{"version": 1, "wish": 3}', encoding="utf-8")
    again = Studio(home)
    again._changes.open()
    assert rows_left(home) == []
    assert again.history(dataset) == ()


@pytest.mark.parametrize("name", ["meta.json", "report.json"])
def test_a_data_set_that_is_damaged_keeps_its_note_and_no_other_from_being_changed(
    closed, dataset, tmp_path, home, name
):
    other = write_table(tmp_path / "other.csv")
    for each in (dataset, closed.add_dataset(other, other.name).id):
        wish = replace(cleaning.edit(2, "completion", "Mine."), version=closed.dataset(each).version)
        closed._home.datasets.folder(each).note_wish(wish)
    (file,) = (home / "datasets" / dataset).rglob(name)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    again = Studio(home)
    again._changes.open()
    assert again.change(dataset) is None
    wait_for(lambda: len(rows_left(home)) == 1)
    file.write_bytes(content)
    again._changes.open()
    assert over(again, dataset) is None
    assert rows_left(home) == []
    assert [step.fix for step in again.history(dataset)] == ["edit"]
