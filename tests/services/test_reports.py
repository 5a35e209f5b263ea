"""The report of a run can be opened at any time, and shows how the run stands then."""

import pytest

from studio.core.errors import Refused
from studio.core.events import Evaluated, RunFinished, RunStarted
from tests.services.conftest import planned
from tests.services.test_voting import answer, held_exam, keep, right_one, vote_all

STARTED = RunStarted("worker", 0, 10, 50, 6, 1_000, 90_000, "cpu", "float32", (), "hash")


def test_the_report_of_a_run_follows_it(closed, table, tiny_model_folder):
    run = closed.start(planned(closed, table, tiny_model_folder))
    assert "The run has not taken a step." in closed.report(run)
    for event in (STARTED, Evaluated(0, 2.0, 60, 6), Evaluated(10, 1.5, 60, 6), RunFinished(10, 10, 12.0, 1)):
        closed._home.runs.folder(run).append(event)
    page = closed.report(run)
    assert "50 rows to learn from, 6 rows held back" in page
    assert "No exam was held" in page
    assert str(tiny_model_folder.parent) not in page


def test_a_question_that_was_typed_keeps_the_voting_open_in_the_report_too(
    closed, table, tiny_model_folder, home
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    keep(home, run, held_exam())
    vote_all(closed, run, right_one)
    assert "The voting is not over." not in closed.report(run)
    answer(closed, run, "How are you?", "Fine", weights="t" * 8)
    assert "7 of 8 questions judged" in closed.report(run)


def test_there_is_no_report_of_no_run(closed):
    with pytest.raises(Refused, match="no run"):
        closed.report("../../etc/passwd")
