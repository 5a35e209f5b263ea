"""Readability: the answer is written in short sentences and short words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Easy to read"
SUMMARY = "1 up to the difficulty you allow; above it falls evenly to 0, at 20 points more."
WHEN = "Switch it on where readers are children, learners or in a hurry, beside a reward for what is said."
SOURCE = "C. H. Björnsson, Läsbarhet, 1968; J. Anderson, Lix and Rix, Journal of Reading 26, 1983"
LOW = 0.0
HIGH = 1.0

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?:。！？]+(?=\s|$)")
_LONG_LETTERS = 7
_FALLS_OVER = 20.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and how difficult an answer may be."""

    readability_weight: float = knob(
        0.0,
        label="Is easy to read",
        technical="weight of the reward readability, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by being easy to read.",
        source="Björnsson 1968",
    )
    readability_most: float = knob(
        40.0,
        label="Most difficult",
        technical="LIX: words per sentence and percent of words of more than six letters, added",
        low=10.0,
        high=80.0,
        help="About 25 is a book for children, 40 a newspaper, 55 a law. Meant for languages with letters.",
        source="Björnsson 1968",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what looks at the LIX of an answer; one without words is worth nothing."""

    def score(given: "Given") -> float:
        found = lix(given.answer)
        if found is None:
            return 0.0
        return min(1.0, max(0.0, 1 - (found - settings.readability_most) / _FALLS_OVER))

    return score


def lix(text: str) -> float | None:
    """Return words per sentence plus the percentage of words of more than six letters; None without words."""
    words = _WORD.findall(text)
    if not words:
        return None
    sentences = max(1, len(_END.findall(text)))
    return len(words) / sentences + 100 * sum(len(word) >= _LONG_LETTERS for word in words) / len(words)
