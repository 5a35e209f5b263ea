"""A run that learns from a reward, from the file to what the model answers, and its resumption."""

from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.events import AnswerSampled, StepLogged
from studio.store.home import Home
from tests.services.conftest import ended

KNOBS = {"answers": 4, "answer_tokens": 6, "steps": 3, "batch_size": 2, "evaluations": 1}


def rewarded(studio, table: Path, model: Path, **further) -> str:
    dataset = studio.add_dataset(table, table.name)
    return studio.plan(dataset.id, model=str(model), objective="rloo", knobs=KNOBS | further)


def test_a_reward_looks_at_the_question_and_the_answer_of_each_row(studio, table, home, tiny_model_folder):
    run = studio.start(rewarded(studio, table, tiny_model_folder, length_weight=1.0, exact_weight=2.0))
    assert ended(studio, run) == "finished", studio.run(run).failure
    said = [each.event for each in Home(home).runs.folder(run).read()[0]]
    steps = [event for event in said if isinstance(event, StepLogged)]
    assert [step.step for step in steps] == [1, 2, 3]
    for step in steps:
        told = step.measures
        assert told["reward"] == pytest.approx(told["reward.length"] + 2 * told["reward.exact"])
        assert step.trained_tokens == 8  # answers
    shown = [event for event in said if isinstance(event, AnswerSampled)]
    assert all(event.question.startswith("What is ") for event in shown)


def test_a_run_without_a_reward_is_refused_before_it_waits(closed, table, tiny_model_folder):
    config = rewarded(closed, table, tiny_model_folder)
    with pytest.raises(Refused, match="No reward is switched on"):
        closed.start(config)
    assert not closed.runs()
