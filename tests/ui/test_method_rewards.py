"""The rewards of the Method step: a box for each, its settings beneath it while it is ticked."""

import gradio as gr
import pytest

from studio.core.config import RunConfig
from studio.core.knobs import knobs
from studio.engine.objectives import OBJECTIVES
from studio.engine.rewards import REWARDS, Rewarded
from studio.ui.tabs.method_rewards import RewardsPart, lacks_reward


@pytest.fixture
def part(rewarded_objective: str) -> RewardsPart:
    with gr.Blocks():
        return RewardsPart()


def test_every_reward_has_a_box_in_plain_words_and_all_of_its_settings(part: RewardsPart) -> None:
    assert list(part.boxes) == list(REWARDS)
    for name, module in REWARDS.items():
        assert part.boxes[name].label == module.TITLE
        assert module.SUMMARY in part.boxes[name].info
    names = {knob.name for module in REWARDS.values() for knob in knobs(module.Config)}
    assert set(part.form.names()) == names


def test_the_rewards_are_shown_where_a_run_learns_from_them(part: RewardsPart) -> None:
    def visible(objective: str) -> bool:
        return part.form.fill({}, [OBJECTIVES[objective].Config])[part.form.groups[Rewarded]].visible

    assert [visible(name) for name in ("tried", "chat", "dpo")] == [True, False, False]


def test_only_what_has_a_weight_is_ticked_and_shows_its_settings(part: RewardsPart) -> None:
    plan = RunConfig("d", "", objective="tried", knobs={"json_weight": 2.0, "exact_weight": 0.0})
    updates = part.drawn(plan)
    assert [name for name, box in part.boxes.items() if updates[box].value] == ["json"]
    visible = [name for name, group in part.settings.items() if updates[group].visible]
    assert visible == ["json"]
    inside = part.form.widgets["json_weight"]
    while inside.parent is not None and inside is not part.settings["json"]:
        inside = inside.parent
    assert inside is part.settings["json"]


def test_a_reward_that_this_machine_cannot_give_says_why_and_cannot_be_ticked(part: RewardsPart) -> None:
    reason = "No process can be shut in here."
    plan = RunConfig("d", "", objective="tried")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(REWARDS["exact"], "unavailable", lambda: reason, raising=False)
        box = part.drawn(plan)[part.boxes["exact"]]
    assert (box.interactive, box.info) == (False, f"Not on this machine: {reason}")
    assert part.drawn(plan)[part.boxes["exact"]].interactive


def test_a_box_gives_its_reward_a_weight_and_takes_it_away_again(part: RewardsPart) -> None:
    ticked = [name in ("exact", "json") for name in part.boxes]
    weights = part.weights(ticked, {"json_weight": 2.5, "contains_weight": 1.0})
    on = {name: weight for name, weight in weights.items() if weight}
    assert on == {"exact_weight": 1.0, "json_weight": 2.5}
    assert set(weights) == {f"{name}_weight" for name in REWARDS}


def test_a_run_that_learns_from_rewards_lacks_one_until_one_counts(rewarded_objective: str) -> None:
    assert lacks_reward(RunConfig("d", "", objective="tried"))
    assert not lacks_reward(RunConfig("d", "", objective="tried", knobs={"exact_weight": 1.0}))
    assert not lacks_reward(RunConfig("d", "", objective="chat"))


def test_a_box_that_was_pressed_is_left_to_the_visitor_and_only_what_hangs_on_it_is_drawn(
    part: RewardsPart,
) -> None:
    ticked = [name == "json" for name in part.boxes]
    updates = part.switched(ticked, part.weights(ticked, {}))
    assert not set(updates) & set(part.boxes.values())
    assert updates[part.form.widgets["json_weight"]] == 1.0
    assert [name for name, group in part.settings.items() if updates[group].visible] == ["json"]
