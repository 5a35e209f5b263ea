"""What every reward keeps, whoever adds it: it is described, off by default, and gives what it promises."""

import dataclasses
import math

import pytest

from studio.core.errors import Refused
from studio.core.knobs import knobs, problems
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewards import REWARDS, Rewarded, reward_named

USABLE = {
    "contains": {"contains_phrases": "bees; honey"},
    "must_not_contain": {"must_not_contain_phrases": "bees; honey"},
    "pattern": {"pattern_expression": r"\w+\."},
}
"""What a reward needs beside its weight to be switched on."""
QUESTION = "What do bees make?\n>>> 3 + 4\n7\n"
ANSWERS = ("", " ", "Honey.", "honey " * 500, '{"bees": "honey"}', "7", "\ud800", "\0", "é🐝", "[" * 5000)


@pytest.fixture(params=list(REWARDS))
def name(request):
    return request.param


@pytest.fixture
def reward(name):
    return REWARDS[name]


@pytest.fixture
def settings(name, request):
    needed = USABLE.get(name, {})
    if name == "reward_model":
        needed = {"reward_model_run": str(request.getfixturevalue("judging_checkpoint"))}
    return Rewarded(**{f"{name}_weight": 1.0}, **needed)


def test_it_says_what_it_is_when_to_switch_it_on_and_where_it_comes_from(reward):
    assert reward.TITLE
    assert reward.SUMMARY.endswith(".")
    assert reward.WHEN.startswith("Switch it on")
    assert reward.SOURCE
    assert reward.__doc__
    assert reward.LOW < reward.HIGH


def test_its_first_knob_is_its_weight_and_off(name, reward):
    assert problems(reward.Config()) == ()
    first, *others = knobs(reward.Config)
    assert (first.name, first.type, first.default, first.low) == (f"{name}_weight", float, 0.0, 0.0)
    assert all(other.name.startswith(f"{name}_") for other in others)


def test_it_gives_a_number_within_its_bounds_for_whatever_a_model_writes(name, reward, settings):
    rewards = Rewards.of(settings)
    assert list(rewards.parts) == [name]
    scored = rewards.score_all([Given(QUESTION, answer, "Honey 7") for answer in ANSWERS])
    assert [each.problem for each in scored] == [""] * len(ANSWERS)
    values = [each.parts[name] for each in scored]
    assert all(reward.LOW <= value <= reward.HIGH and math.isfinite(value) for value in values)


def test_it_gives_the_same_answer_the_same_number(settings):
    rewards = Rewards.of(settings)
    answers = [Given(QUESTION, answer, "Honey 7") for answer in ANSWERS[:5]]
    assert rewards.score_all(answers) == rewards.score_all(answers)


def test_all_knobs_stand_in_one_config_in_the_order_of_the_registry():
    own = [knob.name for module in REWARDS.values() for knob in knobs(module.Config)]
    assert [knob.name for knob in knobs(Rewarded)] == own
    assert len(set(own)) == len(own)
    assert dataclasses.is_dataclass(Rewarded)


def test_an_unknown_one_is_refused_by_name():
    with pytest.raises(Refused, match="no reward named 'praise'") as caught:
        reward_named("praise")
    assert caught.value.hint == f"Known: {', '.join(REWARDS)}."
