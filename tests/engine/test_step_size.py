"""Each way of tuning has its step size, of which what weighs answers against each other takes a share."""

import pytest

from studio.core.errors import Refused
from studio.engine.aims import aim_of
from studio.engine.objectives import OBJECTIVES
from studio.engine.step_size import usual_rate
from studio.engine.tunings import TUNINGS


def test_good_answers_are_learned_at_the_tunings_own_rate():
    for name, tuning in TUNINGS.items():
        assert usual_rate("chat", name) == tuning.LEARNING_RATE


@pytest.mark.parametrize("objective", [name for name in OBJECTIVES if aim_of(name) != "answers"])
def test_preferences_and_rewards_are_learned_in_smaller_steps_whichever_weights_move(objective):
    for name, tuning in TUNINGS.items():
        assert 0.05 <= usual_rate(objective, name) / tuning.LEARNING_RATE <= 0.5


def test_a_rate_reads_as_one_writes_it():
    assert usual_rate("orpo", "full") == 1.5e-05


def test_a_recipe_takes_more_where_that_was_measured_and_nowhere_else():
    assert usual_rate("chat", "lora", "quick") == 2 * usual_rate("chat", "lora")
    assert usual_rate("dpo", "lora", "quick") == usual_rate("dpo", "lora")
    assert usual_rate("chat", "full", "quick") == usual_rate("chat", "full", "thorough")


def test_an_unknown_name_is_refused():
    with pytest.raises(Refused, match="no objective"):
        usual_rate("osmosis", "lora")
