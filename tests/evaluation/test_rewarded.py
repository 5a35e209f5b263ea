"""A run that learned from a reward is examined by it: its mean, and who wins question by question."""

from dataclasses import asdict
from statistics import fmean
from types import ModuleType

import pytest
import torch

from studio.core.errors import StudioError
from studio.core.exam import from_dict, to_dict
from studio.core.records import Completion, SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat
from studio.engine.rewarding import Part, Rewards
from studio.evaluation.exam import examine
from studio.evaluation.papers import ExamJob
from studio.evaluation.rewarded import rewarding, wins_of
from studio.evaluation.verdict import verdict_of
from studio.evaluation.votes import clopper_pearson
from tests.evaluation.stand_ins import never, quiet, subject

RECORDS = tuple(SourcedRecord(row, Completion(f"What is {row}?", f"It is {row}.")) for row in range(2, 8))


def by_reward():
    """Return a chat whose exam measures the reward."""
    module = ModuleType("learned by reward")
    module.__dict__.update(vars(chat), METRICS=("reward", "rougeL"))
    return module


@pytest.fixture
def other(tiny_model_folder):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        model.model.norm.weight.mul_(1.3)
    return model


@pytest.fixture
def job(tiny_model, other, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(chat.encode(r.record, template, max_length=256, row=r.row) for r in RECORDS)

    def given(score):
        return ExamJob(
            base=subject(tiny_model), tuned=subject(other), objective=by_reward(), template=template,
            held_out=RECORDS, examples=examples, step=4, answers=6, answer_tokens=20,
            rewarding=rewarding(Rewards({"ours": Part(2.0, score)}), RECORDS),
        )  # fmt: skip

    return given


def letters(given):
    return min(1.0, given.answer.count("e") / 10 + len(given.answer) / 1000)


def test_the_mean_reward_is_that_of_the_very_answers_in_the_table(job):
    found = examine(job(letters), progress=quiet, should_stop=never)
    for arm in ("base", "tuned"):
        answers = [getattr(row, arm) for row in found.table]
        mean = fmean(2 * min(1.0, answer.count("e") / 10 + len(answer) / 1000) for answer in answers)
        assert found.arms[arm]["reward"].value == pytest.approx(mean)
    assert found.wins.tuned + found.wins.base + found.wins.ties == len(RECORDS)
    assert found.answer_tokens == 20, "as long as those it learned by, however short the expected ones are"
    assert "mean reward" in verdict_of(found).sentence


def test_a_reward_sees_the_question_and_the_answer_of_the_row(job):
    seen = set()

    def look(given):
        seen.add((given.question, given.reference))
        return 0.5

    examine(job(look), progress=quiet, should_stop=never)
    assert seen == {(each.record.prompt, each.record.completion) for each in RECORDS}


def test_a_question_one_of_whose_answers_cannot_be_scored_counts_for_nobody_and_is_told(job):
    def picky(given):
        if given.question == "What is 3?":
            raise ValueError("no threes")
        return 0.25

    found = examine(job(picky), progress=quiet, should_stop=never)
    assert found.left_out == 1
    assert "no threes" in found.left_out_why
    assert found.wins.ties == len(RECORDS) - 1
    assert "on 5 held-back questions" in verdict_of(found).sentence


def test_where_no_answer_can_be_scored_the_exam_says_why(job):
    with pytest.raises(StudioError, match=r"No answer of the exam could be scored.*which is no number"):
        examine(job(lambda given: "good"), progress=quiet, should_stop=never)


def test_scoring_can_be_stopped(job):
    calls = []

    def count(given):
        calls.append(given)
        return 0.5

    assert examine(job(count), progress=quiet, should_stop=lambda: bool(calls)) is None


def test_wins_are_a_share_of_the_decided_questions_with_an_exact_interval():
    base = dict.fromkeys(range(40), 0.5)
    tuned = {row: 1.0 if row < 18 else 0.0 if row < 20 else 0.5 for row in base}
    wins = wins_of(base, tuned)
    assert (wins.tuned, wins.base, wins.ties) == (18, 2, 20)
    assert (wins.share.low, wins.share.high) == clopper_pearson(18, 20)
    assert wins.verdict == "better"
    assert wins_of(base, base).share is None
    assert wins_of(base, base).verdict == "too_few"


def test_what_was_won_is_kept_with_the_exam(job):
    found = examine(job(letters), progress=quiet, should_stop=never)
    assert from_dict(to_dict(found)).wins == found.wins
    assert asdict(from_dict(to_dict(found))) == asdict(found)
