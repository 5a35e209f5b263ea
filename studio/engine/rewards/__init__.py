"""What an answer is worth: one file for each reward, registered here. Importable without torch.

A reward module has TITLE, SUMMARY, WHEN (to switch it on), SOURCE, LOW and HIGH (the least and the most it
gives), Config (its knobs; the first is its weight, `NAME_weight`, 0 for off, and each begins with NAME) and
the function `scorer(settings)`. That makes ready what is needed once, a pattern or a model, raises Refused
where the settings or this machine do not allow it, and returns what scores: a `Given` in, a number out. For
an answer that cannot be judged it raises StudioError; `engine/rewarding.py` then leaves that answer out.
One that not every machine can give has `unavailable()`, too: why this one cannot, "" where it can.
"""

from dataclasses import make_dataclass
from types import ModuleType

from studio.core.errors import Refused
from studio.engine.rewards import (
    contains,
    doctests,
    exact,
    json,
    length,
    must_not_contain,
    pattern,
    readability,
    reward_model,
)

REWARDS: dict[str, ModuleType] = {
    "exact": exact,
    "contains": contains,
    "must_not_contain": must_not_contain,
    "pattern": pattern,
    "json": json,
    "length": length,
    "readability": readability,
    "doctests": doctests,
    "reward_model": reward_model,
}

Rewarded = make_dataclass(
    "Rewarded",
    (),
    # A dataclass lists the fields of its last base first.
    bases=tuple(module.Config for module in reversed(REWARDS.values())),
    namespace={"__doc__": "The knobs of all rewards, in the order of the registry.", "__module__": __name__},
    frozen=True,
)
"""What the Config of an objective that learns from rewards is derived from."""


def reward_named(name: str) -> ModuleType:
    """Return the reward. Raises Refused listing the known ones."""
    if name not in REWARDS:
        raise Refused(f"There is no reward named {name!r}.", f"Known: {', '.join(REWARDS)}.")
    return REWARDS[name]
