"""Rewards are added up by weight; one that raises, lies or hangs costs its answer and nothing else."""

from threading import Event

import numpy
import pytest

from studio.core.errors import Refused, StudioError
from studio.engine.rewarding import MOST_GIVEN_UP, Given, Part, Rewards, Scored
from studio.engine.rewards import Rewarded

WORDS = [Given("Count.", "one"), Given("Count.", "one two"), Given("Count.", "one two three")]


def words(given: Given) -> float:
    return float(len(given.answer.split()))


def only(score, **bounds) -> Rewards:
    return Rewards({"own": Part(1.0, score, **bounds)}, limit_seconds=5.0)


def failing_at_two(outcome):
    """A reward that goes wrong at the answer of two words: it raises or returns what is given."""

    def score(given: Given):
        if given.answer != "one two":
            return 1.0
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return score


def test_the_total_is_the_sum_by_weight_and_each_part_is_told_as_it_is():
    settings = Rewarded(exact_weight=2.0, length_weight=0.5, length_most=1)
    right, half, wrong = Rewards.of(settings).score_all(
        [Given("?", "honey", "Honey"), Given("?", "honey honey", "Honey"), Given("?", "wax", "Honey")]
    )
    assert right == Scored(2.5, {"exact": 1.0, "length": 1.0})
    assert half == Scored(0.0, {"exact": 0.0, "length": 0.0})
    assert wrong == Scored(0.5, {"exact": 0.0, "length": 1.0})


def test_the_span_is_what_the_best_answer_gains_over_the_worst():
    assert Rewards.of(Rewarded(exact_weight=2.0, length_weight=0.5)).span == 2.5
    assert Rewards({"own": Part(3.0, words, low=-1.0, high=1.0)}).span == 6.0


def test_no_reward_switched_on_is_refused_and_the_weights_are_named():
    with pytest.raises(Refused, match="No reward is switched on") as caught:
        Rewards.of(Rewarded())
    assert "exact_weight (The expected answer)" in caught.value.hint


def test_a_reward_without_what_it_needs_is_refused_before_anything_is_sampled():
    with pytest.raises(Refused, match="“Words it must say” is switched on, and no words are named"):
        Rewards.of(Rewarded(contains_weight=1.0, contains_phrases=" ; \n"))


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (RuntimeError("no such key"), "The reward 'own' failed with RuntimeError: no such key"),
        (SystemExit(3), "The reward 'own' failed with SystemExit: 3"),
        (StudioError("The row is empty."), "The reward 'own' could not judge this answer: The row is empty."),
        (float("nan"), "The reward 'own' gave nan, which is no number."),
        (float("inf"), "The reward 'own' gave inf, which is no number."),
        ("0.7", "The reward 'own' gave '0.7', which is no number."),
        (None, "The reward 'own' gave None, which is no number."),
        (3.5, "The reward 'own' gave 3.5, which is not between 0 and 1."),
    ],
)
def test_a_reward_that_fails_costs_its_answer_and_says_why(outcome, problem):
    scored = only(failing_at_two(outcome)).score_all(WORDS)
    assert scored == [Scored(1.0, {"own": 1.0}), Scored(None, {}, problem), Scored(1.0, {"own": 1.0})]


def test_what_the_other_rewards_said_of_a_failed_answer_is_kept():
    rewards = Rewards({"own": Part(1.0, failing_at_two("?")), "words": Part(1.0, words, 0.0, 9.0)})
    assert rewards.score_all(WORDS)[1] == Scored(
        None, {"words": 2.0}, "The reward 'own' gave '?', which is no number."
    )


@pytest.mark.parametrize("value", [True, 1, numpy.float32(1.0), numpy.int64(1)])
def test_whatever_is_a_number_counts_as_one(value):
    assert only(lambda given: value).score_all(WORDS[:1]) == [Scored(1.0, {"own": 1.0})]


def test_a_reward_that_hangs_is_waited_for_no_longer_and_the_answers_behind_it_count():
    released = Event()

    def hangs(given: Given) -> float:
        if given.answer == "one two":
            released.wait()
        return 1.0

    scored = Rewards({"own": Part(1.0, hangs)}, limit_seconds=0.05).score_all(WORDS)
    released.set()
    assert [each.total for each in scored] == [1.0, None, 1.0]
    assert scored[1].problem == "The reward 'own' took longer than 0.05 seconds."


def test_a_reward_that_always_hangs_is_given_up_after_a_few_answers():
    released, asked = Event(), []

    def hangs(given: Given) -> float:
        asked.append(given)
        released.wait()
        return 1.0

    rewards = Rewards({"own": Part(1.0, hangs)}, limit_seconds=0.05)
    scored = rewards.score_all([*WORDS, *WORDS])
    released.set()
    assert len(asked) == MOST_GIVEN_UP
    assert [each.total for each in scored] == [None] * 6
    assert scored[-1].problem == "The reward 'own' took too long for 3 answers before this one."


def test_no_answers_are_no_scores():
    assert only(words).score_all([]) == []
