"""A run that learned from a reward is examined by that very reward, and other ways beside it."""

import pytest

from studio.services.documents import exam_document
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import ended, job_ended, write_table


@pytest.fixture(scope="module")
def rewarded(tmp_path_factory, tiny_model_folder):
    """A studio at work, and a run of GRPO with its exam; an answer is to have two or three words."""
    folder = tmp_path_factory.mktemp("rewarded")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    dataset = studio.add_dataset(write_table(folder / "sums.csv", rows=40), "sums.csv")
    knobs = {
        "steps": 2, "batch_size": 2, "evaluations": 1, "held_out_percent": 25.0, "answers": 2,
        "answer_tokens": 10, "length_weight": 1.0, "length_least": 2, "length_most": 3,
    }  # fmt: skip
    config = studio.plan(dataset.id, model=str(tiny_model_folder), objective="grpo", knobs=knobs)
    run = studio.start(config)
    assert ended(studio, run) == "finished", studio.run(run).failure
    assert job_ended(studio, run, studio.start_exam(run, ("few_shot",))) == "finished", studio.run(run).jobs
    yield studio, run
    studio.close()


def test_its_answers_are_as_long_as_those_it_learned_by_and_measured_by_the_reward(rewarded):
    studio, run = rewarded
    exam = studio.exam(run)
    assert next(iter(exam.arms["tuned"])) == "reward"
    assert exam.answer_tokens == 10
    assert exam.answered == exam.rows == exam.wins["reward"].decided + exam.wins["reward"].ties
    assert "mean reward" in exam.verdict.sentence
    worth = [row.tuned_reward for row in exam.table]
    assert exam.arms["tuned"]["reward"].value == pytest.approx(sum(worth) / len(worth))


def test_the_command_line_tells_who_won(rewarded):
    studio, run = rewarded
    document = exam_document(studio.exam(run))
    assert set(document["wins"]) == {"reward"}
    assert set(document["wins"]["reward"]) == {"tuned", "base", "ties", "share", "verdict"}
    assert document["differences"]["reward"]["verdict"] == "too_few"


def test_other_ways_are_measured_by_the_same_reward(rewarded):
    studio, run = rewarded
    exam = studio.exam(run)
    assert "reward" in exam.arms["few_shot"]
    assert "reward" in exam.bake_off.against_base["few_shot"]


def test_its_report_orders_answers_by_what_they_earn(rewarded, tmp_path):
    studio, run = rewarded
    assert job_ended(studio, run, studio.start_export(run, "report")) == "finished", studio.run(run).jobs
    studio.copy_export(run, "report", tmp_path / "report")
    page = next((tmp_path / "report").glob("*.html")).read_text()
    assert "in the order of “Reward of its answers”" in page
    assert "By the reward" in page
