"""Must not contain: the answer leaves out what it must never say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.wanted_phrases import phrases_of

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Words it must not say"
SUMMARY = "The share of your words and phrases that the answer keeps away from."
WHEN = "Switch it on where some words are wrong in every answer, beside a reward for what is right in it."
SOURCE = "arXiv:2311.07911, table 4 (forbidden words)"
LOW = 0.0
HIGH = 1.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and what must not be said."""

    must_not_contain_weight: float = knob(
        0.0,
        label="Avoids your words",
        technical="weight of the reward must_not_contain, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by saying none of them; each one that it says costs its share.",
        source="arXiv:2311.07911, table 4",
    )
    must_not_contain_phrases: str = knob(
        "",
        label="Words it must not say",
        technical="forbidden words, divided by semicolons or lines",
        help="Divide them by semicolons. Upper and lower case are alike, and parts of longer words count.",
        source="arXiv:2311.07911, table 4",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what gives the share of the phrases that are not said. Raises Refused where none are named."""
    unwanted = phrases_of(settings.must_not_contain_phrases, TITLE)

    def score(given: "Given") -> float:
        said = given.answer.casefold()
        return sum(phrase not in said for phrase in unwanted) / len(unwanted)

    return score
