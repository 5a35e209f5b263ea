"""Length: the answer has about as many words as you want."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.knobs import knob

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Length"
SUMMARY = (
    "1 between the two lengths; below and above it falls evenly to 0, at no words and at twice the most."
)
WHEN = "Switch it on where answers are too long or too short, or beside another reward that long ones please."
SOURCE = "arXiv:2311.07911, table 4 (number of words); arXiv:2310.03716"
LOW = 0.0
HIGH = 1.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and between which lengths."""

    length_weight: float = knob(
        0.0,
        label="Is as long as wanted",
        technical="weight of the reward length, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by its length.",
        source="arXiv:2310.03716",
    )
    length_least: int = knob(
        1,
        label="Fewest words",
        technical="lower end of the wanted length, in words",
        low=0,
        high=10_000,
        help="Shorter answers gain less the shorter they are.",
    )
    length_most: int = knob(
        60,
        label="Most words",
        technical="upper end of the wanted length, in words",
        low=1,
        high=10_000,
        help="Longer answers gain less, and at twice as many words nothing.",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what looks at the number of words. Raises Refused where the least is above the most."""
    least, most = settings.length_least, settings.length_most
    if least > most:
        problem = f"The fewest words (length_least) are {least} and the most (length_most) are {most}."
        raise Refused(problem, "Exchange them.")

    def score(given: "Given") -> float:
        words = len(given.answer.split())
        if words < least:
            return words / least
        return min(1.0, max(0.0, 2 - words / most))

    return score
