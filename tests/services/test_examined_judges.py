"""A run that learned to judge answers: its exam, what it is handed over as, and what it says it cannot do."""

import pytest

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import ended, job_ended
from tests.services.test_examined_preferences import write_pairs


@pytest.fixture(scope="module")
def judge(tmp_path_factory, tiny_model_folder):
    """A studio at work, and a finished run of a reward model."""
    folder = tmp_path_factory.mktemp("judged")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    dataset = studio.add_dataset(write_pairs(folder / "pairs.jsonl"), "pairs.jsonl")
    knobs = {
        "steps": 20, "batch_size": 8, "evaluations": 2, "held_out_percent": 50.0, "learning_rate": 5e-3,
    }  # fmt: skip
    config = studio.plan(dataset.id, model=str(tiny_model_folder), objective="reward", knobs=knobs)
    run = studio.start(config)
    assert ended(studio, run) == "finished", studio.run(run).failure
    assert job_ended(studio, run, studio.start_exam(run)) == "finished", studio.run(run).jobs
    yield studio, run
    studio.close()


def test_its_exam_says_how_often_it_picks_the_better_answer(judge):
    studio, run = judge
    exam = studio.exam(run)
    assert exam.arms["tuned"]["preferred"].value > 0.9
    assert exam.rows == 30
    assert exam.answered == 0
    assert "gives the better one the higher number" in exam.verdict.sentence
    assert "likelier" in exam.before


def test_what_it_cannot_do_is_refused_in_words(judge):
    studio, run = judge
    with pytest.raises(Refused, match="gives answers a number, and writes none"):
        studio.ask("What is two?", run)
    with pytest.raises(Refused, match="gives answers a number, and writes none"):
        studio.start_probe(run)
    with pytest.raises(Refused, match="cannot take part"):
        studio.start_exam(run, ("few_shot",))
    with pytest.raises(Refused, match="nothing to ask in other words"):
        studio.start_exam(run, steady=True)
    assert not studio.can_be_judged(run)
    assert "writes none" in studio.why_no_arm(run, "retrieval")
    assert studio.why_no_arm(run, "tuned") == ""


@pytest.mark.parametrize("kind", ["adapter", "merged", "predictions", "report"])
def test_a_stranger_gets_the_same_numbers(judge, tmp_path, kind):
    studio, run = judge
    assert job_ended(studio, run, studio.start_export(run, kind)) == "finished", studio.run(run).jobs
    made = studio.copy_export(run, kind, tmp_path / kind)
    if kind in ("adapter", "merged"):
        assert made.parity.passed
        assert "AutoModelForSequenceClassification" in (tmp_path / kind / "README.md").read_text()
        assert (tmp_path / kind / "chat_template.jinja").is_file()
