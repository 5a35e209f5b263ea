"""A judge of a run's answers: a job with progress, stop and resume; what it says stands beside the votes."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.judge import Judge
from studio.core.keys import Key
from studio.services.studio import Studio
from studio.services.views import Duty, JobView
from studio.store.home import Home
from tests.services.conftest import ended, job_ended, planned, wait_for, write_table
from tests.services.test_judge_address import KEY, StandIn, reply, send, service
from tests.services.test_voting import QUESTIONS, held_exam, keep, right_one, vote_all

__all__ = ["service"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> tuple[Path, str]:
    """A home with one short run, to be copied."""
    folder = tmp_path_factory.mktemp("judged")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    table = write_table(folder / "sums.csv")
    run = studio.start(planned(studio, table, tiny_model_folder, steps=2, evaluations=1))
    assert ended(studio, run) == "finished"
    studio.close()
    keep(folder / "home", run, held_exam())
    return folder / "home", run


@pytest.fixture
def examined(trained: tuple[Path, str], home: Path) -> Iterator[tuple[Studio, str]]:
    """A studio at work on a home with one short run, whose exam is written by hand."""
    shutil.copytree(trained[0], home)
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    yield studio, trained[1]
    studio.close()


def last_job(studio: Studio, run: str) -> JobView:
    return studio.run(run).jobs[-1]


def honest(standing: StandIn) -> None:
    """Let the stand-in prefer the answer that begins with "It is", wherever it stands."""

    def act(handler: object) -> None:
        text = standing.asked[-1]["messages"][0]["content"]
        first = text.split("[Answer A]\n")[1].startswith("It is")
        reply("A" if first else "B")(handler)

    standing.acts = [act]


def test_a_judge_behind_an_address_reads_both_orders_and_its_key_is_nowhere_on_disk(
    examined: tuple[Studio, str], service: StandIn, home: Path
) -> None:
    studio, run = examined
    honest(service)
    job = studio.start_judge(run, Judge("some-model", service.address), Key(KEY))
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)
    assert len(service.asked) == 2 * (QUESTIONS - 1), "of identical answers nobody is asked"
    vote_all(studio, run, right_one)
    view = studio.votes_so_far(run)
    assert view is not None
    assert view.judge is not None
    assert (view.judge.counted.tuned, view.judge.counted.base, view.judge.swayed) == (7, 0, 0)
    assert (view.judge.people.same, view.judge.people.rows) == (7, 7)
    assert view.judge.people.kappa is None, "two that always say the same of everything: chance would, too"
    assert view.judge.address == service.address
    written = [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert written == []


def test_a_judge_that_prefers_the_first_place_wins_nothing(
    examined: tuple[Studio, str], service: StandIn
) -> None:
    studio, run = examined
    service.acts = [reply("A")]
    job = studio.start_judge(run, Judge("m", service.address), Key())
    assert job_ended(studio, run, job) == "finished"
    studio.end_voting(run)
    view = studio.votes_so_far(run)
    assert view is not None
    assert view.judge is not None
    assert (view.judge.counted.ties, view.judge.swayed, view.judge.won) == (7, 7, None)
    assert view.judge.verdict == "too_few"


def test_replies_that_cannot_be_read_are_counted(examined: tuple[Studio, str], service: StandIn) -> None:
    studio, run = examined
    service.acts = [reply("I like both of them very much")]
    job = studio.start_judge(run, Judge("m", service.address), Key())
    assert job_ended(studio, run, job) == "finished"
    studio.end_voting(run)
    view = studio.votes_so_far(run)
    assert view is not None
    assert view.judge is not None
    assert (view.judge.unread, view.judge.counted.decided, view.judge.counted.ties) == (7, 0, 0)


def test_a_judge_that_failed_goes_on_where_it_was(examined: tuple[Studio, str], service: StandIn) -> None:
    studio, run = examined
    service.acts = [*[reply("C")] * 6, send(401, b"")]
    job = studio.start_judge(run, Judge("m", service.address), Key(KEY))
    assert job_ended(studio, run, job) == "failed"
    assert "does not accept this key" in last_job(studio, run).message
    service.acts = [reply("C")]
    asked = len(service.asked)
    again = studio.start_judge(run, Judge("m", service.address), Key(KEY))
    assert job_ended(studio, run, again) == "finished"
    assert len(service.asked) - asked == 2 * (QUESTIONS - 1) - 6


def test_another_judge_begins_anew(examined: tuple[Studio, str], service: StandIn) -> None:
    studio, run = examined
    service.acts = [*[reply("C")] * 6, send(401, b"")]
    assert job_ended(studio, run, studio.start_judge(run, Judge("m", service.address), Key())) == "failed"
    service.acts = [reply("C")]
    asked = len(service.asked)
    job = studio.start_judge(run, Judge("other", service.address), Key())
    assert job_ended(studio, run, job) == "finished"
    assert len(service.asked) - asked == 2 * (QUESTIONS - 1)


def test_a_stop_is_honoured_while_an_answer_is_awaited(
    examined: tuple[Studio, str], service: StandIn
) -> None:
    studio, run = examined
    over = threading.Event()
    service.acts = [lambda handler: over.wait(30) and None]
    job = studio.start_judge(run, Judge("m", service.address), Key())
    wait_for(lambda: service.asked)
    studio.stop_job(run, job)
    assert job_ended(studio, run, job) == "stopped"
    over.set()


def test_a_model_of_this_machine_judges_without_any_address(
    examined: tuple[Studio, str], tiny_model_folder: Path
) -> None:
    studio, run = examined
    job = studio.start_judge(run, Judge(str(tiny_model_folder)), Key())
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)
    studio.end_voting(run)
    view = studio.votes_so_far(run)
    assert view is not None
    assert view.judge is not None
    judged = view.judge
    # A random model writes no letter; its 1,024 places hold every one of these questions.
    assert judged.counted.decided + judged.counted.ties + judged.unread + judged.unasked == QUESTIONS - 1
    assert "may favour its own way of writing" in judged.note


def test_a_question_that_is_too_long_for_the_judge_is_counted_and_not_cut(
    examined: tuple[Studio, str], tiny_model_folder: Path, home: Path
) -> None:
    studio, run = examined
    exam = held_exam()
    long_row = replace(exam.table[0], tuned="It is " + "very " * 400)
    keep(home, run, replace(exam, table=(long_row, *exam.table[1:])))
    job = studio.start_judge(run, Judge(str(tiny_model_folder)), Key())
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)
    studio.end_voting(run)
    view = studio.votes_so_far(run)
    assert view is not None
    assert view.judge is not None
    assert view.judge.unasked >= 1


def test_nobody_judges_in_a_case_of_his_own(examined: tuple[Studio, str], home: Path) -> None:
    studio, run = examined
    for itself in (run, run[:20], str(home / "runs" / run / "exports" / "merged")):
        with pytest.raises(Refused, match="nobody judges in a case of his own"):
            studio.start_judge(run, Judge(itself), Key())


def test_the_beginning_of_several_runs_is_taken_for_no_model(waiting: tuple[Studio, str], home: Path) -> None:
    studio, run = waiting
    runs = Home(home).runs.path
    shutil.copytree(runs / run, runs / f"{run[:16]}{'a' * (len(run) - 16)}")
    with pytest.raises(Refused, match=f"2 runs begin with '{run[:15]}'"):
        studio.start_judge(run, Judge(run[:15]), Key())


def test_the_tuned_model_of_another_run_may_judge(
    examined: tuple[Studio, str], table: Path, tiny_model_folder: Path
) -> None:
    studio, run = examined
    other = studio.start(planned(studio, table, tiny_model_folder, steps=1, evaluations=1))
    assert ended(studio, other) == "finished"
    job = studio.start_judge(run, Judge(other), Key())
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)


def test_a_key_that_this_process_does_not_know_is_asked_for_again(
    home: Path, table: Path, tiny_model_folder: Path, service: StandIn
) -> None:
    asking = Studio(home)
    run = asking.start(planned(asking, table, tiny_model_folder, steps=1, evaluations=1))
    keep(home, run, held_exam())
    job = asking.start_judge(run, Judge("m", service.address), Key(KEY))
    another = Studio(home)
    another.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    assert job_ended(another, run, job) == "failed"
    assert "never written down" in last_job(another, run).message
    another.close()


@pytest.fixture
def waiting(closed: Studio, table: Path, tiny_model_folder: Path, home: Path) -> tuple[Studio, str]:
    """A studio where nobody works, and a run that was stopped and has an exam."""
    run = closed.start(planned(closed, table, tiny_model_folder, steps=1, evaluations=1))
    keep(home, run, held_exam())
    closed.stop(run)
    return closed, run


def test_a_second_judge_does_not_take_the_place_of_one_that_waits(waiting: tuple[Studio, str]) -> None:
    studio, run = waiting
    first = studio.start_judge(run, Judge("first", "https://one.example/v1"), Key(KEY))
    with pytest.raises(Refused, match="The judge first waits for its turn already"):
        studio.start_judge(run, Judge("second", "https://two.example/v1"), Key("another"))
    assert studio.start_judge(run, Judge("first", "https://one.example/v1"), Key(KEY)) == first
    studio.stop_job(run, first)
    assert studio.start_judge(run, Judge("second", "https://two.example/v1"), Key("another")) != first


def test_beside_a_judge_that_reads_no_other_one_is_asked(
    examined: tuple[Studio, str], service: StandIn
) -> None:
    studio, run = examined
    over = threading.Event()
    service.acts = [lambda handler: over.wait(30) and None]
    job = studio.start_judge(run, Judge("m", service.address), Key(KEY))
    wait_for(lambda: service.asked)
    for judge in (Judge("m", service.address), Judge("n", service.address)):
        with pytest.raises(Refused, match="A judge reads these answers now"):
            studio.start_judge(run, judge, Key("another"))
    studio.stop_job(run, job)
    assert job_ended(studio, run, job) == "stopped"
    over.set()


def test_a_key_entered_anew_for_a_judge_that_waits_is_the_one_that_is_sent(
    waiting: tuple[Studio, str], service: StandIn
) -> None:
    studio, run = waiting
    honest(service)
    studio.start_judge(run, Judge("m", service.address), Key("mistyped"))
    job = studio.start_judge(run, Judge("m", service.address), Key(KEY))
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)
    studio.close()
    assert {headers["Authorization"] for headers in service.headers} == {f"Bearer {KEY}"}


def test_a_key_is_refused_where_another_process_does_the_work(
    waiting: tuple[Studio, str], home: Path
) -> None:
    studio, run = waiting
    at_work = Home(home)
    assert at_work.take()
    with pytest.raises(Refused, match=r"Another process of the studio .* is not told a key"):
        studio.start_judge(run, Judge("m", "https://one.example/v1"), Key(KEY))
    assert studio.start_judge(run, Judge("m", "https://one.example/v1"), Key())
    at_work.release()


def test_a_request_that_names_no_judge_fails_once_and_is_over(
    examined: tuple[Studio, str], home: Path
) -> None:
    studio, run = examined
    job = Home(home).runs.folder(run).requests.add("judge")
    assert job_ended(studio, run, job) == "failed"
    assert "does not say which" in last_job(studio, run).message
    assert not Home(home).runs.folder(run).requests.waits(job)


def test_a_judge_without_answers_or_without_a_name_is_refused(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    with pytest.raises(Refused, match="has no model"):
        studio.start_judge(run, Judge(" ", "https://a/v1"), Key())
    with pytest.raises(Refused, match="no web address"):
        studio.start_judge(run, Judge("m", "nowhere"), Key())
