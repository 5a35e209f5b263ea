"""Files are read in the background: watched, given up, refused in words, and taken up after a restart."""

import threading

import pytest

from studio.core.errors import Refused
from studio.services import intake, uploads
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import wait_for, write_table

MANY = 6000


def ended(studio, upload):
    wait_for(lambda: studio.upload(upload).state != "reading")
    return studio.upload(upload)


def leftovers(home):
    return [path.name for path in (home / "datasets").iterdir() if path.name.startswith(".")]


@pytest.fixture
def held(monkeypatch):
    """Hold the reading between two looks, until the test lets it go."""
    go_on, waits = threading.Event(), threading.Event()
    real = uploads._Upload._progress

    def slow(self, rows, share):
        real(self, rows, share)
        if rows and not go_on.is_set():
            waits.set()
            assert go_on.wait(30)

    monkeypatch.setattr(uploads._Upload, "_progress", slow)
    yield waits, go_on
    go_on.set()


def test_an_upload_becomes_a_data_set_in_the_background(closed, tmp_path, home):
    table = write_table(tmp_path / "many.csv", MANY)
    upload = closed.start_upload(table, "Many rows.csv")
    table.unlink()
    view = ended(closed, upload)
    assert (view.state, view.name, view.rows, view.share, view.error) == ("done", "Many rows", MANY, 1.0, "")
    assert view.partial is not None
    assert view.partial.kept == 1000
    assert closed.dataset(view.dataset).report.kept == MANY
    wait_for(lambda: leftovers(home) == [])


def test_the_first_findings_and_the_share_are_there_while_the_rest_is_read(closed, tmp_path, held):
    waits, go_on = held
    upload = closed.start_upload(write_table(tmp_path / "many.csv", MANY), "many.csv")
    assert waits.wait(30)
    view = closed.upload(upload)
    assert (view.state, view.dataset) == ("reading", "")
    assert view.partial is not None
    assert view.partial.format == "pairs"
    assert 0 < view.share < 1
    assert closed.datasets() == ()
    go_on.set()
    assert ended(closed, upload).state == "done"


def test_an_upload_that_is_given_up_leaves_nothing(closed, tmp_path, held, home):
    waits, go_on = held
    upload = closed.start_upload(write_table(tmp_path / "many.csv", MANY), "many.csv")
    assert waits.wait(30)
    closed.stop_upload(upload)
    go_on.set()
    assert ended(closed, upload).state == "stopped"
    wait_for(lambda: leftovers(home) == [])
    assert closed.datasets() == ()


def test_a_file_that_cannot_be_used_fails_in_words_and_leaves_nothing(closed, tmp_path, home):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"\x7fELF\x02\x01\x01")
    view = ended(closed, closed.start_upload(path, "letter.csv"))
    assert view.state == "failed"
    assert view.error
    assert view.hint
    wait_for(lambda: leftovers(home) == [])
    with pytest.raises(Refused, match="programs or scripts"):
        closed.start_upload(path, "letter.exe")
    with pytest.raises(Refused, match="not known any more"):
        closed.upload("somewhere")


def test_our_own_mistake_while_reading_is_told_and_keeps_its_traceback(closed, table, home, monkeypatch):
    monkeypatch.setattr(intake, "inspect", lambda *arguments, **named: 1 / 0)
    view = ended(closed, closed.start_upload(table, table.name))
    assert view.state == "failed"
    assert "ZeroDivisionError" in view.error
    assert (home / "traceback.txt").is_file()


def test_an_upload_survives_a_restart_under_its_own_id(home, tmp_path, held):
    waits, go_on = held
    first, second = Studio(home), Studio(home)
    upload = first.start_upload(
        write_table(tmp_path / "many.csv", MANY), "many.csv", {"input": "answer", "output": "question"}
    )
    assert waits.wait(30)
    second._uploads.open()  # Another process: the file is in good hands, and stays there.
    with pytest.raises(Refused):
        second.upload(upload)
    closing = threading.Thread(target=first.close)
    closing.start()
    go_on.set()
    closing.join()
    assert second.datasets() == ()
    second.open(Duty(takes_home=True, quiet_seconds=60.0, done=lambda: True))
    view = ended(second, upload)
    assert view.state == "done"
    assert dict(second.dataset(view.dataset).report.mapping) == {"input": "answer", "output": "question"}
    second.close()
    assert leftovers(home) == []


def test_what_has_ended_long_ago_is_forgotten(closed, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "KEPT", 2)
    names = []
    for _ in range(4):
        names.append(closed.start_upload(write_table(tmp_path / "a.csv"), "a.csv"))
        assert ended(closed, names[-1]).state == "done"
    with pytest.raises(Refused, match="not known any more"):
        closed.upload(names[0])
    assert [closed.upload(name).state for name in names[1:]] == ["done"] * 3
