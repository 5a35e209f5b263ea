"""The worker does what the folders ask for, in order; all of it can be stopped, and gone on with."""

import json
import threading
import time

import pytest

from studio.core.errors import Refused
from studio.core.events import RunQueued
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.services.worker import Worker
from studio.store.files import remove_folder
from tests.services.conftest import ENDED, STEPS, ended, job_ended, planned, wait_for, weights_of, write_table

LONG = 4000
WORKS = Duty(quiet_seconds=0.0, exam_after_training=False)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, tiny_model_folder) -> bytes:
    """The final weights of a run that nothing happened to, in a home of its own."""
    folder = tmp_path_factory.mktemp("undisturbed")
    studio = Studio(folder / "home")
    studio.open(WORKS)
    try:
        table = write_table(folder / "sums.csv")
        run = studio.start(planned(studio, table, tiny_model_folder))
        assert ended(studio, run) == "finished"
    finally:
        studio.close()
    return weights_of(folder / "home", run, STEPS)


def test_a_run_is_trained_and_what_it_says_is_shown(studio, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder), "My first")
    assert ended(studio, run) == "finished"
    view = studio.run(run)
    assert (view.name, view.step, view.steps) == ("My first", STEPS, STEPS)
    assert view.training_rows + view.held_out_rows == 60
    assert view.loss_last < view.loss_first
    assert view.eval_loss < view.eval_loss_first
    assert view.best_step in view.checkpoints
    assert view.tokens_per_second > 0
    assert view.seconds > 0
    points = studio.points(run, 0)
    assert [step for step, _ in points.training] == list(range(1, STEPS + 1))
    assert [step for step, _ in points.held_out] == [0, 4, 8, 12]
    later = studio.points(run, points.offset)
    assert (later.training, later.held_out, later.replace) == ((), (), False)


def test_the_exam_follows_training_by_itself_and_names_the_weights(home, table, tiny_model_folder):
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0))
    try:
        run = studio.start(planned(studio, table, tiny_model_folder))
        exam = wait_for(lambda: studio.exam(run))
    finally:
        studio.close()
    assert exam.rows == studio.run(run).held_out_rows
    # In 16 bits a product of one row rounds otherwise than the same product beside other rows.
    assert exam.arms["base"]["loss"].value == pytest.approx(studio.run(run).eval_loss_first, rel=2e-3)
    assert exam.weights_hashes["base"] != exam.weights_hashes["tuned"]
    assert [job.kind for job in studio.run(run).jobs] == ["exam"]


def test_compare_proves_which_weights_answered(studio, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    name = studio.ask("What is 5 plus one?", run)
    answers = wait_for(lambda: answered(studio, name))
    exam = job_ended(studio, run, studio.start_exam(run))
    assert exam == "finished"
    hashes = studio.exam(run).weights_hashes
    assert answers["base"].weights_hash == hashes["base"]
    assert answers[run].weights_hash == hashes["tuned"]
    assert answers["base"].text != answers[run].text


def answered(studio, name):
    comparison = studio.comparison(name)
    assert not comparison.error
    return comparison.answers if all(one.done for one in comparison.answers.values()) else None


def test_a_question_answered_while_a_run_trains_changes_no_weight(
    studio, table, tiny_model_folder, home, undisturbed
):
    run = studio.start(planned(studio, table, tiny_model_folder), "disturbed")
    wait_for(lambda: studio.run(run).checkpoints)
    step = studio.run(run).step
    name = studio.ask("What is 7 plus one?", run)
    wait_for(lambda: answered(studio, name))
    assert step < STEPS, "the run was over before the question came: raise STEPS"
    assert ended(studio, run) == "finished"
    assert weights_of(home, run, STEPS) == undisturbed


def test_a_stopped_run_keeps_its_best_point_and_ends_bit_equal_when_resumed(
    studio, table, tiny_model_folder, home, undisturbed
):
    run = studio.start(planned(studio, table, tiny_model_folder), "stopped")
    wait_for(lambda: studio.run(run).step >= 5)
    studio.stop(run)
    assert ended(studio, run) == "stopped"
    view = studio.run(run)
    assert 5 <= view.step < STEPS
    assert view.checkpoints
    studio.resume(run)
    wait_for(lambda: studio.run(run).status == "finished")
    assert weights_of(home, run, STEPS) == undisturbed
    assert [step for step, _ in studio.points(run, 0).training] == list(range(1, STEPS + 1))


def test_a_studio_that_closes_leaves_the_run_interrupted_and_the_next_goes_on_bit_equal(
    studio, table, tiny_model_folder, home, undisturbed
):
    run = studio.start(planned(studio, table, tiny_model_folder), "cut off")
    wait_for(lambda: studio.run(run).step >= 5)
    studio.close()
    assert studio.run(run).status == "interrupted"
    assert studio.run(run).verdict.headline == "Interrupted"
    again = Studio(home)
    again.open(WORKS)
    try:
        again.resume(run)
        wait_for(lambda: again.run(run).status == "finished")
    finally:
        again.close()
    assert weights_of(home, run, STEPS) == undisturbed


@pytest.mark.parametrize("phase", ["waiting", "loading", "measuring", "learning"])
def test_a_run_can_be_stopped_in_every_phase_and_resumed(studio, table, tiny_model_folder, phase):
    run = studio.start(planned(studio, table, tiny_model_folder, steps=LONG))
    wait_for(lambda: reached(studio, run, phase))
    studio.stop(run)
    assert ended(studio, run) == "stopped"
    studio.resume(run)
    wait_for(lambda: studio.run(run).status == "running")
    studio.stop(run)
    assert ended(studio, run) == "stopped"


def reached(studio, run, phase) -> bool:
    view = studio.run(run)
    return {
        "waiting": True,
        "loading": view.verdict.headline == "Getting ready" or view.status == "running",
        "measuring": view.status == "running",
        "learning": view.step >= 1,
    }[phase]


def test_a_run_that_waits_can_be_stopped_while_another_trains(studio, table, tiny_model_folder):
    config = planned(studio, table, tiny_model_folder, steps=LONG)
    first, second = studio.start(config, "first"), studio.start(config, "second")
    wait_for(lambda: studio.run(first).step >= 1)
    assert studio.run(second).queue_position == 1
    studio.stop(second)
    assert ended(studio, second) == "stopped"
    assert studio.run(first).status == "running"
    studio.stop(first)
    assert ended(studio, first) == "stopped"


def test_an_exam_and_an_export_can_be_stopped(studio, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    for ask in (studio.start_exam, lambda run: studio.start_export(run, "adapter")):
        job = ask(run)
        studio.stop_job(run, job)
        wait_for(lambda job=job: all(view.id != job or view.status in ENDED for view in studio.run(run).jobs))
    assert studio.exam(run) is None
    assert studio.exports(run) == ()


@pytest.mark.parametrize("kind", ["exam", "adapter"])
def test_an_exam_and_an_export_can_be_stopped_in_the_middle(
    studio, table, tiny_model_folder, monkeypatch, kind
):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    real = Worker._pause

    def slowly(worker):
        time.sleep(0.1)
        real(worker)

    monkeypatch.setattr(Worker, "_pause", slowly)
    monkeypatch.setattr("studio.services.jobs.SHOWN_EVERY_SECONDS", 0.0)
    job = studio.start_exam(run) if kind == "exam" else studio.start_export(run, kind)
    wait_for(lambda: any(view.id == job and view.done > 0 for view in studio.run(run).jobs))
    studio.stop_job(run, job)
    assert job_ended(studio, run, job) == "stopped"
    assert studio.exam(run) is None
    assert studio.exports(run) == ()
    assert [path.name for path in (studio._home.runs.folder(run).path).glob("exports/*")] == []
    if kind == "exam":
        monkeypatch.undo()
        begun = studio._home.runs.folder(run).path / "exam.unfinished.jsonl"
        scored = begun.read_bytes()
        assert scored.count(b'"nats"') > 0, "what was scored is kept"
        again = studio.start_exam(run)
        wait_for(lambda: not begun.exists() or begun.stat().st_size > len(scored))
        assert not begun.exists() or begun.read_bytes().startswith(scored)
        assert job_ended(studio, run, again) == "finished"
        assert not begun.exists()


def test_a_run_that_is_deleted_under_the_worker_costs_neither_the_home_nor_the_next(
    studio, table, tiny_model_folder, monkeypatch
):
    config = planned(studio, table, tiny_model_folder)

    def deleted_meanwhile(folder, progress, signals):
        remove_folder(folder.path)
        folder.append(RunQueued())

    with monkeypatch.context() as patched:
        patched.setattr("studio.services.worker.train_run", deleted_meanwhile)
        gone = studio.start(config, "gone")
        wait_for(lambda: all(run.id != gone for run in studio.runs()))
    run = studio.start(config, "next")
    assert ended(studio, run) == "finished"
    assert studio.worker().message == ""


def test_a_damaged_request_does_not_hold_up_the_queue(studio, table, tiny_model_folder, home):
    config = planned(studio, table, tiny_model_folder)
    first = studio.start(config, "first")
    assert ended(studio, first) == "finished"
    requests = home / "runs" / first / "requests"
    requests.mkdir(exist_ok=True)
    (requests / f"job-{'a' * 16}.json").write_text("{")
    wait_for(lambda: first in studio.worker().message)
    assert ended(studio, studio.start(config, "second")) == "finished"


def test_what_kept_the_worker_from_its_work_is_told_until_it_works_again(studio, home, monkeypatch):
    def broken(book, *, only):
        raise ZeroDivisionError("by a test")

    wait_for(lambda: studio.worker().holds_home)
    with monkeypatch.context() as patched:
        patched.setattr("studio.services.worker.next_task", broken)
        wait_for(lambda: "ZeroDivisionError: by a test" in studio.worker().message)
        assert str(home / "traceback.txt") in studio.worker().message
    assert "in broken" in (home / "traceback.txt").read_text()
    wait_for(lambda: studio.worker().message == "")


def test_our_own_mistake_in_an_answer_is_told_with_the_file_that_says_where(
    studio, table, tiny_model_folder, home, monkeypatch
):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"

    def broken(*arguments):
        raise ZeroDivisionError("by a test")

    monkeypatch.setattr("studio.services.answering.prompt_of", broken)
    name = studio.ask("Why?", run)
    error = wait_for(lambda: studio.comparison(name).error)
    assert error.startswith("The question could not be answered: ZeroDivisionError: by a test")
    assert str(home / "traceback.txt") in error
    assert "in broken" in (home / "traceback.txt").read_text()


def test_models_that_answered_in_a_pause_are_freed_and_their_memory_is_not_taken_for_the_runs(
    studio, table, tiny_model_folder, monkeypatch
):
    remembered = []
    monkeypatch.setattr("studio.services.worker.remember_run", lambda *told: remembered.append(told))
    config = planned(studio, table, tiny_model_folder, steps=60, evaluations=10)
    run = studio.start(config, "asked")
    wait_for(lambda: studio.run(run).checkpoints)
    name = studio.ask("What is 7 plus one?", run)
    wait_for(lambda: answered(studio, name))
    assert studio.run(run).status == "running", "the run was over before the question came"
    wait_for(lambda: studio._worker._answerer._pair is None, seconds=1.0)
    assert ended(studio, run) == "finished"
    assert remembered == []
    assert ended(studio, studio.start(config, "left alone")) == "finished"
    wait_for(lambda: len(remembered) == 1)


def test_an_export_is_made_downloaded_and_copied_only_into_an_empty_folder(
    studio, table, tiny_model_folder, tmp_path
):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    assert job_ended(studio, run, studio.start_export(run, "adapter")) == "finished"
    (export,) = studio.exports(run)
    assert export.parity.passed
    assert studio.export_path(run, "adapter").suffix == ".zip"
    copied = studio.copy_export(run, "adapter", tmp_path / "out")
    assert (tmp_path / "out" / "adapter_model.safetensors").exists()
    assert copied.files == export.files
    with pytest.raises(Refused, match="not an empty folder"):
        studio.copy_export(run, "adapter", tmp_path / "out")
    assert "transformers" in studio.code(run)


def test_a_failure_of_our_own_is_named_and_the_next_run_goes_on(studio, table, tiny_model_folder, home):
    config = planned(studio, table, tiny_model_folder)
    studio.close()
    bad = studio.start(config, "bad")
    records = home / "runs" / bad / "records.jsonl"
    records.write_bytes(records.read_bytes().replace(b"plus", b"minus", 1))
    good = studio.start(config, "good")
    again = Studio(home)
    again.open(WORKS)
    try:
        assert ended(again, bad) == "failed"
        assert ended(again, good) == "finished"
    finally:
        again.close()
    assert "damaged" in again.run(bad).failure
    assert again.run(bad).verdict.headline == "Failed"


def test_a_model_that_is_not_there_fails_in_plain_words(studio, table):
    dataset = studio.add_dataset(table, table.name)
    run = studio.start(studio.plan(dataset.id, model="no model, really"))
    assert ended(studio, run) == "failed"
    assert "no folder" in studio.run(run).failure
    assert studio.run(run).failure_hint


def test_a_full_disk_reads_interrupted_and_says_why(studio, table, tiny_model_folder, home, monkeypatch):
    run = studio.start(planned(studio, table, tiny_model_folder, steps=LONG))
    wait_for(lambda: studio.run(run).step >= 1)
    full = home / "runs" / run / "events.jsonl"
    real = studio._home.runs.folder(run).append

    def append(self, event, at=None):
        if self.events_file == full:
            raise OSError(28, "No space left on device")
        return real(event, at)

    monkeypatch.setattr("studio.store.runs.RunFolder.append", append)
    monkeypatch.setattr("studio.store.home.write_json", no_room)
    wait_for(lambda: studio.run(run).status == "interrupted")
    assert "No space left" in studio.worker().message
    monkeypatch.undo()
    wait_for(lambda: studio.worker().holds_home)
    studio.resume(run)
    wait_for(lambda: studio.run(run).status == "running")
    studio.stop(run)
    assert ended(studio, run) == "stopped"


def no_room(path, document):
    raise OSError(28, "No space left on device")


def test_a_worker_that_dies_is_noticed_within_seconds_and_replaced(
    studio, table, tiny_model_folder, monkeypatch
):
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    with monkeypatch.context() as patched:
        patched.setattr("studio.services.worker.train_run", dies)
        run = studio.start(planned(studio, table, tiny_model_folder))
        wait_for(lambda: studio.run(run).status == "failed", seconds=5.0)
    studio.resume(run)
    wait_for(lambda: studio.run(run).status == "finished")


def dies(folder, progress, signals):
    raise SystemExit


def test_a_second_studio_on_the_home_says_so_and_takes_over_when_the_first_leaves(
    studio, table, tiny_model_folder, home
):
    wait_for(lambda: studio.worker().holds_home)
    second = Studio(home)
    second.open(WORKS)
    try:
        config = planned(second, table, tiny_model_folder, steps=LONG)
        taken_up = second.start(config, "taken up by the first")
        wait_for(lambda: second.run(taken_up).status == "running")
        assert not second.worker().holds_home
        assert "process" in second.worker().message
        second.stop(taken_up)
        assert ended(second, taken_up) == "stopped"
        studio.close()
        later = second.start(planned(second, table, tiny_model_folder), "done by the second")
        assert ended(second, later) == "finished"
    finally:
        second.close()


def test_the_run_folder_holds_what_repeats_the_run(studio, table, tiny_model_folder, home):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    folder = home / "runs" / run
    for name in ("config.json", "environment.json", "meta.json", "source.json"):
        assert json.loads((folder / name).read_text())["version"] == 1
    assert json.loads((folder / "environment.json").read_text())["packages"]["torch"]
    assert json.loads((folder / "source.json").read_text())["weights_hash"]


def test_who_asks_on_and_on_does_not_keep_the_machine_from_its_work(
    studio, table, tiny_model_folder, monkeypatch
):
    def answer_and_be_asked_again(interrupted):
        studio._questions.take()
        studio._questions.ask("And why?", "a run")

    monkeypatch.setattr(studio._worker._answerer, "answer_next", answer_and_be_asked_again)
    studio._questions.ask("Why?", "a run")
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    wait_for(studio._questions.any_waits)  # now and then one is being taken
