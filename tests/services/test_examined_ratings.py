"""A run that learned from rated answers is examined by how it tells good ones from bad ones."""

import json

import pytest

from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import ended, job_ended


@pytest.fixture(scope="module")
def rated(tmp_path_factory, tiny_model_folder):
    """A studio at work, and a run of KTO with its exam: sums are rated good, shrugs bad."""
    folder = tmp_path_factory.mktemp("rated")
    with (folder / "rated.jsonl").open("w", encoding="utf-8") as file:
        for number in range(80):
            good = number % 2 == 0
            answer = f"It is {number + 1}." if good else f"No {number}."
            row = {"prompt": f"What is {number} plus one?", "completion": answer, "label": good}
            file.write(json.dumps(row) + "\n")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    dataset = studio.add_dataset(folder / "rated.jsonl", "rated.jsonl")
    knobs = {
        "steps": 20, "batch_size": 8, "evaluations": 2, "held_out_percent": 50.0, "learning_rate": 5e-3,
    }  # fmt: skip
    config = studio.plan(dataset.id, model=str(tiny_model_folder), objective="kto", knobs=knobs)
    run = studio.start(config)
    assert ended(studio, run) == "finished", studio.run(run).failure
    assert job_ended(studio, run, studio.start_exam(run)) == "finished", studio.run(run).jobs
    yield studio, run
    studio.close()


def test_its_exam_says_how_often_a_good_answer_is_found_likelier_than_a_bad_one(rated):
    studio, run = rated
    exam = studio.exam(run)
    assert next(iter(exam.arms["tuned"])) == "rated_apart"
    assert exam.arms["tuned"]["rated_apart"].value > exam.arms["base"]["rated_apart"].value
    assert "a good one is found likelier than a bad one" in exam.verdict.sentence
    assert "loss" not in exam.arms["tuned"]


def test_only_questions_with_a_good_answer_are_answered(rated):
    studio, run = rated
    answered = [row for row in studio.exam(run).table if row.base is not None]
    assert answered
    assert all(row.expected.startswith("It is ") for row in answered)
