"""A run like an earlier one that forgets and memorises less: which one setting is changed, and to what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studio.core.config import RunConfig
from studio.core.knobs import Knob, KnobValue
from studio.services.choices import known_knobs

REPLAYED_PERCENT = 5.0
"""Of the rows to learn from, as arXiv:2403.08763 mixes in where the new data is not far from the old."""
PULL = 0.3
"""KL weight in the middle of what the setting's own help names."""
FEWEST_ROUNDS = 0.1


@dataclass(frozen=True)
class Remedy:
    """`words` go on a button, `term` is the field's; `against` names the lights of a probe that it helps."""

    knob: str
    words: str
    term: str
    against: tuple[str, ...]
    value: Callable[[KnobValue], KnobValue]


FORGETTING, HEART = ("texts", "instructions"), ("fit", "by_heart")
REMEDIES: dict[str, Remedy] = {
    "replay": Remedy(
        "replay_percent",
        "Mix in 5 % of its own earlier answers",
        "replay",
        FORGETTING,
        lambda value: max(float(value), REPLAYED_PERCENT),
    ),
    "pull": Remedy(
        "base_kl",
        "Hold it close to the original",
        "KL weight",
        FORGETTING,
        lambda value: max(float(value), PULL),
    ),
    "rate": Remedy(
        "learning_rate",
        "Half the step size",
        "learning rate",
        FORGETTING + HEART,
        lambda value: float(value) / 2,
    ),
    "rounds": Remedy(
        "epochs",
        "Half the rounds through the data",
        "epochs",
        FORGETTING + HEART,
        lambda value: max(FEWEST_ROUNDS, float(value) / 2),
    ),
}
"""In the order of the buttons."""


def offered(config: RunConfig, lit: Mapping[str, str]) -> dict[str, Remedy]:
    """Return the remedies for the lights, given as colour by part, that a run like this one can take."""
    ill = {name for name, colour in lit.items() if colour in ("amber", "red")}
    return {
        name: remedy
        for name, remedy in REMEDIES.items()
        if ill.intersection(remedy.against) and changed(config, name) is not None
    }


def changed(config: RunConfig, remedy: str) -> dict[str, KnobValue] | None:
    """Return the settings that a remedy changes; None where there is no such setting or nothing changes.

    A run whose steps are counted by hand takes half as many of them for half the rounds.
    """
    chosen, known = REMEDIES[remedy], known_knobs(config.objective, config.tuning)
    steps = config.knobs.get("steps", 0)
    if remedy == "rounds" and steps:
        return {"steps": max(1, int(steps) // 2)} if int(steps) > 1 else None
    if chosen.knob not in known:
        return None
    before = config.knobs.get(chosen.knob, known[chosen.knob].default)
    after = _within(known[chosen.knob], chosen.value(before))
    return {chosen.knob: after} if after != before else None


def _within(knob: Knob, value: KnobValue) -> KnobValue:
    low = knob.low if knob.low is not None else value
    return max(float(value), float(low))
