"""Pattern: the answer has the form that a regular expression describes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from studio.core.errors import Refused, StudioError
from studio.core.knobs import knob

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Form"
SUMMARY = "1 where the answer has the form that your regular expression describes, else 0."
WHEN = "Switch it on where answers have a fixed form: one word, a date, thoughts before the result."
SOURCE = "arXiv:2501.12948, section 2.2.2 (format rewards)"
LOW = 0.0
HIGH = 1.0

LIMIT_SECONDS = 1.0
"""Of the processor, for one answer; a pattern that can be read in many ways may need centuries for one."""


@dataclass(frozen=True)
class Config:
    """How much it counts, and which form."""

    pattern_weight: float = knob(
        0.0,
        label="Has the form",
        technical="weight of the reward pattern, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by having the form.",
        source="arXiv:2501.12948, section 2.2.2",
    )
    pattern_expression: str = knob(
        "",
        label="The form",
        technical="regular expression",
        help=r"\w+ is one word, \d{4}-\d{2}-\d{2} a date; a dot stands for any letter, a new line too.",
    )
    pattern_whole: bool = knob(
        True,
        label="The whole answer has it",
        technical="full match instead of search",
        help="Else it is enough that a part of the answer has the form.",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what matches an answer, the space around it aside. Raises Refused for a pattern that is none."""
    if not settings.pattern_expression:
        raise Refused(f"“{TITLE}” is switched on, and no form is given.", "Write it, or set its weight to 0.")
    try:
        form = regex.compile(settings.pattern_expression, regex.DOTALL)
    except (regex.error, OverflowError) as error:
        problem = f"The form {settings.pattern_expression!r} is no regular expression: {error}."
        raise Refused(problem, "Correct pattern_expression.") from error

    def score(given: "Given") -> float:
        matches = form.fullmatch if settings.pattern_whole else form.search
        try:
            return float(matches(given.answer.strip(), timeout=LIMIT_SECONDS) is not None)
        except TimeoutError as error:
            problem = f"Comparing it with the form took longer than {LIMIT_SECONDS:g} second."
            raise StudioError(
                problem, "Write the form so that a text can be read in one way only."
            ) from error

    return score
