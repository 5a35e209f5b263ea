"""A run's exam with the arms of a bake-off, from the wish to what is kept and shown."""

import json

import pytest
from transformers import AutoConfig, AutoModelForMaskedLM

from studio.core.errors import Refused
from studio.evaluation.worksheet import Part
from studio.services import exams
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.store.home import Home
from tests.engine.test_encoders import SIZES, word_tokenizer
from tests.services.conftest import ended, job_ended, planned, wait_for
from tests.services.test_sorting import labelled, trained

__all__ = ["labelled"]
ALL = ("prompt", "few_shot", "retrieval", "tuned_retrieval")


@pytest.fixture
def run(studio, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    return run


def test_all_arms_sit_on_the_same_rows_and_what_they_looked_up_is_named(studio, run, home, tmp_path):
    path = tmp_path / "sums.md"
    path.write_text("A number plus one is the number after it.\n")
    studio.add_document(run, path, path.name)
    job = studio.start_exam(run, ALL, "Answer with a number.")
    assert job_ended(studio, run, job) == "finished"
    exam = studio.exam(run)
    assert list(exam.arms) == ["base", "prompt", "few_shot", "retrieval", "tuned", "tuned_retrieval"]
    assert (exam.bake_off.prompt, exam.bake_off.documents) == ("Answer with a number.", ("sums.md",))
    assert studio.prompt(run) == "Answer with a number."
    assert {len(answers) for answers in exam.bake_off.answers.values()} == {exam.answered}
    assert exam.bake_off.costs["tuned"].preparation_seconds == pytest.approx(studio.run(run).seconds)
    held_out = {f"Training rows, row {row.row}" for row in exam.table}
    sources = {source for each in exam.bake_off.answers["retrieval"] for source in each.sources}
    assert sources
    assert not held_out & sources
    kept = json.loads((home / "runs" / run / "exam.json").read_text())
    assert kept["bake_off"]["costs"].keys() == exam.arms.keys()


def test_an_exam_that_the_closing_studio_cut_off_goes_on_with_its_arms(studio, run, home):
    studio.close()
    closed = Studio(home)
    job = closed.start_exam(run, ("few_shot",))
    assert closed.start_exam(run, ("retrieval",)) == job
    again = Studio(home)
    again.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        wait_for(lambda: any(view.id == job and view.done > 0 for view in again.run(run).jobs))
    finally:
        again.close()
    last = Studio(home)
    last.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        wait_for(lambda: last.exam(run))
    finally:
        last.close()
    assert list(last.exam(run).arms) == ["base", "few_shot", "retrieval", "tuned"]


def test_what_base_and_tuned_did_in_an_earlier_exam_is_not_done_again(studio, run, home, monkeypatch):
    assert job_ended(studio, run, studio.start_exam(run)) == "finished"
    before = studio.exam(run)
    sat = []
    real = Part.scored
    monkeypatch.setattr(Part, "scored", lambda part, *scored: (sat.append(part._arm), real(part, *scored)))
    assert job_ended(studio, run, studio.start_exam(run, ("few_shot",))) == "finished"
    assert set(sat) == {"few_shot"}
    assert studio.exam(run).arms["base"] == before.arms["base"]
    assert studio.exam(run).table == before.table


def test_an_exam_that_is_held_again_is_held_as_the_last_one_was(studio, run, home):
    job = studio.start_exam(run, ("prompt", "few_shot"), "Be brief.", steady=True)
    assert job_ended(studio, run, job) == "finished"
    studio.close()
    closed, folder = Studio(home), Home(home).runs.folder(run)

    def asked(ask):
        ask()
        (request,) = folder.requests.all()
        folder.requests.remove(request.job)
        return request.wishes

    assert asked(lambda: closed.start_exam(run)) == ("prompt", "few_shot", "steady")
    assert asked(lambda: exams.request_after(folder, 1.0)) == ("prompt", "few_shot", "steady")
    assert asked(lambda: closed.start_exam(run, ("retrieval",))) == ("retrieval", "steady")
    assert asked(lambda: closed.start_exam(run, ("base", "tuned"))) == ("steady",)
    closed.set_prompt(run, "")
    assert asked(lambda: closed.start_exam(run)) == ("few_shot", "steady")
    (home / "runs" / run / "exam.json").write_text("{}")
    assert asked(lambda: closed.start_exam(run)) == ()


def test_an_instruction_that_was_emptied_while_the_exam_waited_ends_it_in_words(studio, run, home):
    studio.close()
    closed = Studio(home)
    job = closed.start_exam(run, ("prompt",), "Be brief.")
    closed.set_prompt(run, "")
    again = Studio(home)
    again.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        assert job_ended(again, run, job) == "failed"
        assert "Write the instruction first" in again.run(run).jobs[0].message
    finally:
        again.close()


def test_a_model_that_cannot_write_is_not_asked_in_words(closed, labelled, tmp_path):
    config = AutoConfig.for_model("bert", **SIZES)
    AutoModelForMaskedLM.from_config(config).save_pretrained(tmp_path / "bert")
    word_tokenizer().save_pretrained(tmp_path / "bert")
    dataset = closed.add_dataset(labelled, labelled.name)
    run = closed.start(
        closed.plan(
            dataset.id, model=str(tmp_path / "bert"), objective="classification", knobs={"max_length": 32}
        )
    )
    closed.set_prompt(run, "Say which.")
    for arm in ("prompt", "few_shot"):
        assert "cannot write" in closed.why_no_arm(run, arm)


def test_arms_that_make_no_sense_are_refused_and_nothing_waits(studio, run):
    for arms, prompt, said in (
        (("magic",), None, "not known"),
        (("prompt",), None, "Write the instruction first"),
        (("prompt",), "  ", "Write the instruction first"),
    ):
        with pytest.raises(Refused, match=said):
            studio.start_exam(run, arms, prompt)
    assert studio.run(run).jobs == ()


def test_a_run_that_sorts_is_set_against_sorting_in_words(studio, labelled, tiny_model_folder):
    run = trained(studio, labelled, tiny_model_folder)
    with pytest.raises(Refused, match="nothing that could be looked up"):
        studio.start_exam(run, ("retrieval",))
    job = studio.start_exam(run, ("prompt", "few_shot"), "Say whether it is about animals or numbers.")
    assert job_ended(studio, run, job) == "finished"
    exam = studio.exam(run)
    assert list(exam.arms) == ["base", "prompt", "few_shot", "tuned"]
    assert exam.bake_off.against_best["accuracy"].difference.verdict == "better"
    for arm in ("prompt", "few_shot"):
        assert list(exam.arms[arm]) == list(exam.arms["base"])
    names = list(exam.arms["base"])
    assert names[0] == "accuracy"
    assert list(exam.arms["tuned"]) == [name for name in names if name != "label_written"], "no head writes"
