"""A remedy changes one setting, where there is one to change, and is offered for what it helps against."""

from dataclasses import replace

import pytest

from studio.core.config import RunConfig
from studio.services.choices import complete
from studio.services.gentler import REMEDIES, changed, offered

KNOBS = {"learning_rate": 1e-3, "epochs": 2.0}
PLAN = RunConfig("d", "v", knobs=complete("chat", "lora", KNOBS))


@pytest.mark.parametrize(
    ("remedy", "setting"),
    [
        ("rate", {"learning_rate": 5e-4}),
        ("rounds", {"epochs": 1.0}),
        ("replay", {"replay_percent": 5.0}),
        ("pull", {"base_kl": 0.3}),
    ],
)
def test_each_changes_one_setting_to_what_its_words_say(remedy: str, setting: dict[str, float]) -> None:
    assert changed(PLAN, remedy) == setting
    assert complete("chat", "lora", {**PLAN.knobs, **setting})  # and the value is allowed


def test_steps_that_were_counted_by_hand_are_halved_for_half_the_rounds() -> None:
    counted = replace(PLAN, knobs={**PLAN.knobs, "steps": 25})
    assert changed(counted, "rounds") == {"steps": 12}
    assert changed(replace(PLAN, knobs={**PLAN.knobs, "steps": 1}), "rounds") is None


def test_what_is_so_already_or_has_no_such_setting_is_not_offered() -> None:
    knobs = {**PLAN.knobs, "replay_percent": 10.0, "base_kl": 1.0}
    assert changed(replace(PLAN, knobs=knobs), "replay") is None
    assert changed(replace(PLAN, knobs=knobs), "pull") is None
    sorting = RunConfig("d", "v", objective="classification", knobs=complete("classification", "lora", KNOBS))
    assert changed(sorting, "replay") is None
    assert list(offered(sorting, {"fit": "red"})) == ["rate", "rounds"]


def test_a_run_of_before_there_was_a_setting_can_take_it() -> None:
    old = replace(PLAN, knobs=KNOBS)
    assert changed(old, "replay") == {"replay_percent": 5.0}


def test_remedies_fit_what_is_ill() -> None:
    assert list(offered(PLAN, {"texts": "red"})) == list(REMEDIES)
    assert list(offered(PLAN, {"texts": "green", "by_heart": "amber"})) == ["rate", "rounds"]
    assert offered(PLAN, {"texts": "green", "fit": "unknown"}) == {}
