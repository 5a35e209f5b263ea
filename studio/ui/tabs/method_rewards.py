"""The Method step's rewards: which are switched on, and how each is set."""

from collections.abc import Mapping, Sequence
from types import ModuleType

import gradio as gr

from studio.core.config import RunConfig
from studio.core.knobs import KnobValue, knobs
from studio.engine.aims import aim_of
from studio.engine.rewards import REWARDS, Rewarded
from studio.ui.forms import Form, widget
from studio.ui.wiring import Updates

HEAD = (
    "<h3>What makes an answer good</h3><p>Switch on at least one. Several are added up, each by its weight; "
    "every one gets a curve of its own.</p>"
)
REWARD_CONFIGS = tuple(module.Config for module in REWARDS.values())
ON = 1.0
"""The weight of a reward that was just switched on."""


class RewardsPart:
    """A box for each reward, and beneath it, while it is ticked, its weight and settings."""

    def __init__(self) -> None:
        self.boxes: dict[str, gr.Checkbox] = {}
        self.settings: dict[str, gr.Group] = {}
        self._widgets: dict[str, gr.components.Component] = {}
        with gr.Group(visible=False, elem_classes=["knobs", "rewards"]) as self._whole:
            gr.HTML(HEAD, apply_default_css=False)
            for name, module in REWARDS.items():
                self._lay_out(name, module)
        self.form = Form(self._widgets, {Rewarded: self._whole})

    def _lay_out(self, name: str, module: ModuleType) -> None:
        self.boxes[name] = gr.Checkbox(
            label=module.TITLE, info=_about(module), interactive=True, elem_id=f"reward-{name}"
        )
        with (
            gr.Group(visible=False, elem_classes="reward") as self.settings[name],
            gr.Row(elem_classes="knob-grid"),
        ):
            for knob in knobs(module.Config):
                self._widgets[knob.name] = widget(knob)

    def outputs(self) -> list[gr.blocks.Block]:
        return [*self.boxes.values(), *self.settings.values()]

    def drawn(self, plan: RunConfig) -> Updates:
        """Return which boxes are ticked, and the settings beneath those alone."""
        updates: Updates = {}
        for name, box in self.boxes.items():
            switched_on = bool(plan.knobs.get(weight_of(name)))
            why_not = _why_not(REWARDS[name]) if aim_of(plan.objective) == "reward" else ""
            info = f"Not on this machine: {why_not}" if why_not else _about(REWARDS[name])
            updates[box] = gr.Checkbox(value=switched_on, info=info, interactive=not why_not)
            updates[self.settings[name]] = gr.Group(visible=switched_on)
        return updates

    def switched(self, ticked: Sequence[bool], values: Mapping[str, KnobValue | None]) -> Updates:
        """Return the weights, and the settings of what is ticked. The boxes stand as the visitor left them:
        an answer that comes late would take back what was ticked since."""
        updates: Updates = {}
        for name, each in zip(self.boxes, ticked, strict=True):
            updates[self.form.widgets[weight_of(name)]] = values[weight_of(name)]
            updates[self.settings[name]] = gr.Group(visible=bool(each))
        return updates

    def weights(self, ticked: Sequence[bool], before: Mapping[str, KnobValue | None]) -> dict[str, KnobValue]:
        """Return the weights that the boxes ask for: what was typed stays where a box is still ticked."""
        return {
            weight_of(name): (before.get(weight_of(name)) or ON) if each else 0.0
            for name, each in zip(self.boxes, ticked, strict=True)
        }


def _about(reward: ModuleType) -> str:
    return f"{reward.SUMMARY} {reward.WHEN}"


def _why_not(reward: ModuleType) -> str:
    """Return why a reward cannot be switched on here, "" where it can; where it must be tried, this waits."""
    return reward.unavailable() if hasattr(reward, "unavailable") else ""


def weight_of(reward: str) -> str:
    """Return the name of the setting that switches a reward on."""
    return f"{reward}_weight"


def lacks_reward(plan: RunConfig) -> bool:
    """Return whether a run would learn from rewards of which none is switched on."""
    return aim_of(plan.objective) == "reward" and not any(plan.knobs.get(weight_of(name)) for name in REWARDS)
