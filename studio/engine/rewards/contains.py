"""Contains: the answer says what it has to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.wanted_phrases import phrases_of

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Words it must say"
SUMMARY = "The share of your words and phrases that stand in the answer."
WHEN = "Switch it on where every good answer names the same thing: a source, a warning, a form of address."
SOURCE = "arXiv:2311.07911, table 4 (include keywords)"
LOW = 0.0
HIGH = 1.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and what must be said."""

    contains_weight: float = knob(
        0.0,
        label="Says your words",
        technical="weight of the reward contains, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by saying all of them; some of them gain their share.",
        source="arXiv:2311.07911, table 4",
    )
    contains_phrases: str = knob(
        "",
        label="Words it must say",
        technical="wanted keywords, divided by semicolons or lines",
        help="Divide them by semicolons. Upper and lower case are alike, and parts of longer words count.",
        source="arXiv:2311.07911, table 4",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what gives the share of the phrases that are said. Raises Refused where none are named."""
    wanted = phrases_of(settings.contains_phrases, TITLE)

    def score(given: "Given") -> float:
        said = given.answer.casefold()
        return sum(phrase in said for phrase in wanted) / len(wanted)

    return score
