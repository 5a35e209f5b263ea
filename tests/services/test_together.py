"""Before several processes train together: who may, and who holds the home. tests/kills starts them."""

import pytest

from studio.cli import main
from studio.core.errors import Refused
from studio.engine.processes import ONE, Processes
from studio.services import together
from studio.services.queue import next_task
from studio.services.studio import Studio
from tests.services.conftest import ended, planned, wait_for

TORCHRUN = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}


def test_who_is_alone_meets_nobody(home):
    assert together.meet({}, "runs", home) == ONE


def test_only_training_is_done_together(home):
    with pytest.raises(Refused, match="2 processes were started for 'export', which one does") as refused:
        together.meet(TORCHRUN, "export", home)
    assert "together they can: train, resume" in refused.value.hint


def test_a_home_that_another_process_holds_is_refused_before_anybody_is_waited_for(home, studio):
    wait_for(lambda: studio.worker().holds_home)
    with pytest.raises(Refused, match="does the work of this home; it would train the run alone") as refused:
        together.meet(TORCHRUN, "train", home)
    assert refused.value.hint.startswith("Close that studio first")


def test_the_command_line_says_so_in_one_sentence(home, studio, capsys, monkeypatch):
    wait_for(lambda: studio.worker().holds_home)
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    assert main(["--home", str(home), "--json", "resume", "any"]) == 2
    said = capsys.readouterr()
    assert "it would train the run alone" in said.out
    assert "Traceback" not in said.err


def test_of_several_processes_the_first_prints_the_document(home, capsys, monkeypatch):
    for name, value in {**TORCHRUN, "RANK": "1", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    assert main(["--home", str(home), "--json", "runs"]) == 2
    said = capsys.readouterr()
    assert (said.out, "which one does" in said.err) == ("", True)


def test_who_leads_takes_the_home_or_is_refused(home, studio):
    wait_for(lambda: studio.worker().holds_home)
    with pytest.raises(Refused, match="would train the run alone"):
        Studio(home).lead("20260101-000000-aaaaaaaaaaaaaaaa", Processes(0, 2))


def test_who_leads_does_nothing_but_its_run(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    first, second = closed.start(config, "first"), closed.start(config, "second")
    assert next_task(closed._book).folder.id == first
    assert next_task(closed._book, only=second).folder.id == second
    closed.stop(second)
    closed.lead(second, ONE)
    closed.open()
    try:
        assert ended(closed, second) == "stopped"
        assert closed.run(first).status == "queued"
    finally:
        closed.close()


def test_a_process_that_does_not_see_the_run_says_where_it_looked(home):
    with pytest.raises(Refused, match="which the first process began, is not in") as refused:
        together.shared_folder(home, "20260101-000000-aaaaaaaaaaaaaaaa")
    assert refused.value.hint == "Put the home folder on a disk that all machines of the run share."
