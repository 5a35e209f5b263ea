"""A tiny model tries answers, and those that please become likelier; what fails is counted, not guessed."""

import pytest
import torch
from safetensors.torch import load_file

from studio.core import events
from studio.core.errors import Refused, StudioError
from studio.core.records import Completion
from studio.data.questions import Asked
from studio.data.templates import ChatTemplate
from studio.engine import from_rewards
from studio.engine.checkpoints import WEIGHTS
from studio.engine.objectives import grpo
from studio.engine.rewarding import Part, Rewards

QUESTIONS = ["What do bees make?", "Who barks?", "Where is the sun?", "What is snow?", "Why?"]
SHORT = {"answers": 4, "answer_tokens": 4, "batch_size": 2, "steps": 3, "evaluations": 1}
RATE = {"learning_rate": 0.02, "exact_weight": 1.0}


def plain(given) -> float:
    return sum(letter.isascii() and letter.isalpha() for letter in given.answer) / max(1, len(given.answer))


@pytest.fixture
def rewarded_run(tiny_run, tiny_tokenizer, monkeypatch):
    """A run of five questions; `pays(score)` says what an answer is worth."""
    template = ChatTemplate(tiny_tokenizer)
    rows = list(enumerate(QUESTIONS, start=1))
    encoded = (grpo.encode(Completion(each, "a"), template, max_length=128, row=row) for row, each in rows)
    tiny_run.examples = tiny_run.held_out = tuple(encoded)
    tiny_run.asked = {row: Asked(each, "a") for row, each in rows}

    def pays(score) -> None:
        rewards = Rewards({"letters": Part(1.0, score)})
        monkeypatch.setattr(from_rewards.Rewards, "of", lambda settings: rewards)

    tiny_run.pays = pays
    pays(plain)
    return tiny_run


@pytest.mark.parametrize("objective", ["grpo", "rloo", "reinforce"])
def test_a_run_raises_its_reward_on_what_it_learns_from_and_on_what_it_does_not(rewarded_run, objective):
    rewarded_run(SHORT | RATE | {"steps": 20, "batch_size": 5, "reward_kl": 0.0}, objective=objective)
    steps, looks = rewarded_run.of(events.StepLogged), rewarded_run.of(events.Evaluated)
    assert steps[-1].measures["reward"] > steps[0].measures["reward"] + 0.3
    assert looks[-1].measures["reward"] > looks[0].measures["reward"] + 0.3
    assert looks[-1].loss == -looks[-1].measures["reward"]
    assert (looks[-1].rows, looks[-1].trained_tokens) == (5, 5)
    assert steps[-1].measures["kl"] > steps[0].measures["kl"]


def test_a_step_tells_of_its_answers(rewarded_run):
    rewarded_run(SHORT | RATE, objective="grpo")
    (first, *_) = rewarded_run.of(events.StepLogged)
    told = first.measures
    assert told["reward"] == told["reward.letters"]
    assert 0 < told["spread"] <= 0.5
    assert told["kl"] == pytest.approx(0, abs=1e-3)  # the model is still the untouched one
    assert 0 < told["entropy"] < 5.6  # of 259 tokens
    assert 1 <= told["answer_tokens"] <= 4
    assert told["failed"] == 0
    assert {"alike", "distinct", "ended"} <= told.keys()
    assert first.trained_tokens == round(told["answer_tokens"] * 8)


def test_the_best_and_the_worst_answer_are_shown(rewarded_run):
    rewarded_run(SHORT | RATE, objective="grpo")
    samples = rewarded_run.of(events.AnswerSampled)
    assert [(each.step, each.place) for each in samples[:2]] == [(1, "best"), (1, "worst")]
    assert samples[0].reward >= samples[1].reward
    assert {each.question for each in samples} <= set(QUESTIONS)


def test_a_run_that_was_stopped_goes_on_bit_equal(rewarded_run, tmp_path):
    other = type(rewarded_run.checkpoints)(tmp_path / "other")
    whole = rewarded_run(SHORT | RATE, objective="grpo", checkpoints=other)
    straight = rewarded_run.of(events.StepLogged)

    def in_the_second_step() -> bool:
        calls.append(1)
        return len(rewarded_run.of(events.StepLogged)) == 1 and len(calls) > 9

    calls: list[int] = []
    rewarded_run(SHORT | RATE, objective="grpo", should_stop=in_the_second_step)
    assert isinstance(rewarded_run.said[-1], events.RunStopped)
    first_leg = rewarded_run.of(events.StepLogged)
    assert len(first_leg) == 1
    rewarded_run.remember()
    rewarded_run(SHORT | RATE, objective="grpo")
    assert isinstance(whole[-1], events.RunFinished)
    told = [(each.step, each.loss, each.measures) for each in first_leg + rewarded_run.of(events.StepLogged)]
    assert told == [(each.step, each.loss, each.measures) for each in straight]
    mine, theirs = (load_file(store.newest()[1] / WEIGHTS) for store in (rewarded_run.checkpoints, other))
    for name, weight in mine.items():
        assert torch.equal(weight, theirs[name])


def test_answers_that_cannot_be_scored_are_left_out_counted_and_told_once(rewarded_run):
    seen: list[str] = []

    def every_third_fails(given) -> float:
        seen.append(given.answer)
        if len(seen) % 3 == 0:
            raise ZeroDivisionError("nothing there")
        return plain(given)

    rewarded_run.pays(every_third_fails)
    rewarded_run(SHORT | RATE, objective="grpo")
    steps, warned = rewarded_run.of(events.StepLogged), rewarded_run.of(events.Warned)
    assert all(2 <= each.measures["failed"] <= 3 for each in steps[:2])
    (told,) = [each for each in warned if "could not be scored" in each.message]
    assert "ZeroDivisionError: nothing there" in told.message


def test_a_run_of_which_no_answer_can_be_scored_ends_with_the_reason(rewarded_run):
    rewarded_run.pays(lambda given: "much")
    with pytest.raises(
        StudioError, match="None of the 5 answers to held-back questions could be scored"
    ) as said:
        rewarded_run(SHORT | RATE, objective="grpo")
    assert "gave 'much', which is no number" in said.value.message
    assert "then resume the run" in said.value.hint


def test_rewards_that_are_all_equal_move_no_weight(rewarded_run):
    rewarded_run.pays(lambda given: 0.5)
    rewarded_run(SHORT | RATE | {"reward_kl": 0.0, "batch_size": 5}, objective="rloo")
    for step in rewarded_run.of(events.StepLogged):
        assert step.measures["alike"] == 1
        assert step.gradient_norm == 0


def test_without_a_reward_a_run_is_refused(tiny_run, tiny_examples):
    with pytest.raises(Refused, match="No reward is switched on"):
        tiny_run(SHORT, objective="grpo")
