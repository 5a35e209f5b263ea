"""Every objective is of one aim, and the first of those that a kind of row allows is the usual one."""

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Labelled, Preference, Rated, Text
from studio.engine.aims import AIMS, aim_of
from studio.engine.objectives import OBJECTIVES, objectives_for
from studio.engine.rewards import Rewarded


def test_every_aim_has_objectives_and_says_its_term_beside_plain_words(rewarded_objective):
    assert {aim_of(name) for name in OBJECTIVES} == set(AIMS)
    for aim in AIMS.values():
        assert aim.title.startswith("From ")
        assert "(" in aim.summary


def test_what_weighs_answers_learns_from_preferences_and_what_has_rewards_from_them():
    for name, module in OBJECTIVES.items():
        assert (aim_of(name) == "preferences") == hasattr(module, "weigh")
        assert (aim_of(name) == "reward") == issubclass(module.Config, Rewarded)
    with pytest.raises(Refused, match="no objective named 'osmosis'"):
        aim_of("osmosis")


@pytest.mark.parametrize(
    ("record", "usual", "aims"),
    [
        (Completion("q", "a"), "chat", {"answers", "reward"}),
        (Labelled("q", "a"), "chat", {"answers", "reward"}),
        (Preference("q", "a", "b"), "dpo", {"preferences"}),
        (Rated("q", "a", True), "kto", {"preferences"}),
        (Text("a"), "text", {"answers"}),
    ],
)
def test_the_rows_say_what_can_be_learned_of_them_and_what_usually_is(
    record, usual, aims, rewarded_objective
):
    fitting = objectives_for(record)
    assert fitting[0] == usual
    assert {aim_of(name) for name in fitting} == aims
