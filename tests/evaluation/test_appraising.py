"""A reward model is examined on pairs: does it give the better answer the higher number."""

import math

import pytest
import torch

from studio.core.errors import StudioError
from studio.core.records import Preference, SourcedRecord
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.engine.objectives import reward
from studio.evaluation.appraising import BY_LIKELIHOOD, choice_nats
from studio.evaluation.exam import examine
from studio.evaluation.papers import ExamJob
from studio.evaluation.verdict import verdict_of
from tests.evaluation.stand_ins import never, quiet, subject

PAIRS = tuple(
    SourcedRecord(row, Preference(f"What is {row}?", f"It is {row}.", f"{row * 7} perhaps."))
    for row in range(2, 34)
)


@pytest.fixture
def judge(tiny_model_folder):
    """The tiny model with a head of one number on it, drawn by chance."""
    from transformers import AutoModelForSequenceClassification

    with torch.random.fork_rng():
        torch.manual_seed(1)
        return AutoModelForSequenceClassification.from_pretrained(
            tiny_model_folder, num_labels=1, dtype=torch.float32
        )


@pytest.fixture
def job(tiny_model, judge, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(reward.encode(r.record, template, max_length=256, row=r.row) for r in PAIRS)
    return ExamJob(
        base=subject(tiny_model), tuned=subject(judge), objective=reward, template=template,
        held_out=PAIRS, examples=examples, step=4,
    )  # fmt: skip


def test_its_accuracy_is_how_often_transformers_own_head_puts_the_better_answer_higher(job, judge):
    found = examine(job, progress=quiet, should_stop=never)
    with torch.no_grad():
        numbers = [
            [float(judge(input_ids=torch.tensor([text.input_ids])).logits[0, 0]) for text in apart(example)]
            for example in job.examples
        ]
    margins = [better - worse for better, worse in numbers]
    share = sum(margin > 0 for margin in margins) / len(margins)
    assert found.arms["tuned"]["preferred"].value == pytest.approx(share)
    assert [row.tuned_margin for row in found.table] == pytest.approx(margins, abs=1e-5)
    assert [row.tuned_loss for row in found.table] == pytest.approx(
        [-math.log(1 / (1 + math.exp(-margin))) for margin in margins], abs=1e-5
    )


def test_it_writes_nothing_and_says_what_stands_for_the_untouched_model(job):
    found = examine(job, progress=quiet, should_stop=never)
    assert found.judges
    assert found.before == BY_LIKELIHOOD
    assert (found.answered, found.answer_tokens) == (0, 0)
    assert list(found.arms["base"]) == list(found.arms["tuned"]) == ["preferred"]
    assert "gives the better one the higher number" in verdict_of(found).sentence


def test_a_stop_at_any_moment_ends_it_without_a_result(job):
    for allowed in (0, 5, 40):
        asked = iter(range(1000))
        stop = lambda allowed=allowed, asked=asked: next(asked) >= allowed  # noqa: E731
        assert examine(job, progress=quiet, should_stop=stop) is None


def test_a_broken_judge_is_told_by_row(job, judge):
    with torch.no_grad():
        judge.score.weight.fill_(float("nan"))
    with pytest.raises(StudioError, match="Row 2: the model gives no number"):
        examine(job, progress=quiet, should_stop=never)


def test_the_surprise_at_a_choice_is_that_of_bradley_and_terry_however_far_apart_the_two_are():
    assert choice_nats(0.0) == pytest.approx(math.log(2))
    assert choice_nats(3.0) == pytest.approx(math.log(1 + math.exp(-3)))
    assert choice_nats(-3.0) == pytest.approx(math.log(1 + math.exp(3)))
    assert choice_nats(-2000.0) == pytest.approx(2000.0)
    assert choice_nats(2000.0) == 0.0
