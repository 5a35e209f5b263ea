"""Exact: the answer is the expected one, as a text or as the number it ends on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.knobs import knob

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "The expected answer"
SUMMARY = "1 where the answer is the one in your data, else 0."
WHEN = "Switch it on where one answer is right: a label, a name, a number that was worked out."
SOURCE = "arXiv:2110.14168, section 3; arXiv:2402.03300, section 4"
LOW = 0.0
HIGH = 1.0

_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?!\d)")


@dataclass(frozen=True)
class Config:
    """How much it counts, and what has to be equal."""

    exact_weight: float = knob(
        0.0,
        label="Is the expected answer",
        technical="weight of the reward exact, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by being the one in your data.",
        source="arXiv:2110.14168, section 3",
    )
    exact_as: str = knob(
        "text",
        label="What has to be equal",
        technical="exact match of the text, or of the last number in it",
        choices=("text", "number"),
        help="As a text, case and spaces aside; or only the last number, whatever the words around it.",
        source="arXiv:2110.14168, section 3",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what gives 1 for the expected answer; one is needed, with a number in it where that counts."""
    return _same_number if settings.exact_as == "number" else _same_text


def _same_text(given: "Given") -> float:
    expected = _plain(given.reference)
    if not expected:
        raise StudioError("There is no expected answer to compare with.", "Fill it in, or set the row aside.")
    return float(_plain(given.answer) == expected)


def _same_number(given: "Given") -> float:
    expected = _last_number(given.reference)
    if expected is None:
        raise StudioError("The expected answer holds no number.", "Correct the row, or compare as text.")
    return float(_last_number(given.answer) == expected)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _last_number(text: str) -> Decimal | None:
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "").replace("−", "-")) if found else None
