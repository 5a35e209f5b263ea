"""Each way in which a reward misleads is told, and a run that simply gets better raises no alarm.

Counted over simulated runs."""

import pytest

from studio.core.early_warnings import early_warnings, exploding
from studio.core.reward_warnings import reward_warnings
from tests.core.simulated import checks, folded, of_rewards, step

RUNS = 60
WORDS = ("a bee", "the sun", "two", "yes", "no", "honey", "it depends", "a stone")


def told(chance, **how):
    """Return how many of the simulated runs are warned of, and the words of the first that is."""
    found = [reward_warnings(of_rewards(chance, seed=seed, **how)) for seed in range(RUNS)]
    warned = [each for each in found if each]
    return len(warned), warned[0][0].message if warned else ""


def rising(part):
    return 0.2 + 0.5 * part


def steady(part):
    return 0.5


def various(draw):
    return draw.choice(WORDS)


def test_a_reward_that_rises_with_varied_answers_raises_no_alarm():
    assert told(rising, samples=various, parts={"exact": rising, "length": steady})[0] <= 0.02 * RUNS


def test_before_its_first_step_a_run_is_warned_of_nothing():
    assert reward_warnings(folded(checks([0.1]))) == ()


def test_a_reward_that_does_not_rise_is_told_after_half_of_the_run():
    count, words = told(steady)
    assert count >= 0.9 * RUNS
    assert words.startswith("After half of the run the reward has not risen: 0.4")
    assert not any(reward_warnings(of_rewards(steady, seed=seed, steps=19)) for seed in range(RUNS))


def test_answers_that_all_get_the_same_reward_have_nothing_to_teach():
    count, words = told(lambda part: 0.0, alike=1.0)
    assert count == RUNS
    assert "nothing can be learned from them (no spread)" in words


def test_a_reward_that_all_answers_reach_by_now_is_not_called_a_failure():
    count, words = told(lambda part: min(1.0, 0.2 + 2 * part), alike=0.99)
    assert count == RUNS
    assert "nothing more to teach" in words


def test_a_part_of_the_reward_that_falls_while_the_whole_rises_is_named():
    count, words = told(rising, parts={"exact": rising, "readable": lambda part: 0.8 - 0.5 * part})
    assert count >= 0.95 * RUNS
    assert "“readable”, falls: from 0." in words


@pytest.mark.parametrize(("kl", "expected"), [(0.3, False), (3.0, True)])
def test_a_model_far_from_what_it_was_is_told(kl, expected):
    found = [any("gone far" in each.message for each in reward_warnings(of_rewards(rising, seed=1, kl=kl)))]
    assert found == [expected]


def test_one_text_for_every_question_is_told_and_three_labels_are_none():
    count, words = told(rising, samples=lambda draw: " Great  answer!")
    assert count == RUNS
    assert "the same answer to 5 different questions" in words
    assert told(rising, samples=lambda draw: draw.choice(("good", "bad", "mixed")))[0] <= 0.02 * RUNS


def test_one_text_for_all_held_back_questions_is_told():
    tries = [step(number, reward=0.5, alike=0.1) for number in range(1, 11)]
    assert reward_warnings(folded([*tries, *checks([0.2, 0.6], distinct=2 / 40)])) == ()
    (warned,) = reward_warnings(folded([*tries, *checks([0.2, 0.6], distinct=1 / 40)]))
    assert warned.message.startswith("The model gives the same answer to all 40 held-back questions")


def test_gradients_of_nothing_are_no_explosion_where_answers_are_alike():
    calm = folded([step(number, reward=0.5, alike=1.0) for number in range(1, 30)])
    assert exploding(calm) is None
    assert all("pull" not in warned.message for warned in early_warnings(calm))


def test_a_reward_that_rises_on_its_own_questions_alone_is_told():
    said = checks([0.2, 0.5, 0.38, 0.3])
    for number in range(1, 31):
        said.append(step(number, reward=0.2 + 0.02 * number, alike=0.1))
    warned = early_warnings(folded(said))
    assert warned[-1].message.startswith("Since step 10 the reward rises on the questions it learns from")
