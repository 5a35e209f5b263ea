"""What services hand out about the curves of a run: plain frozen values, as in `views.py` beside this."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.yardstick import TOKEN, Yardstick

Line = tuple[tuple[int, float], ...]
"""(step, value) of each point."""


@dataclass(frozen=True)
class Told:
    """One thing that a run tells beside its loss: the mean of its newest steps, and what the checks on
    held-out rows found first and at the point that is used; None where it was not measured."""

    name: str
    newest: float | None
    first: float | None
    best: float | None


@dataclass(frozen=True)
class Points:
    """New points since a byte offset of the events; `replace`: drop what was drawn before.

    `training` and `held_out` are losses, or rewards where the run learns from one. `measures` has the means
    of the last steps up to each, `checks` those of held-out rows, by what is measured.
    """

    offset: int
    replace: bool
    training: Line
    held_out: Line
    yardstick: Yardstick = TOKEN
    measures: Mapping[str, Line] = field(default_factory=dict)
    checks: Mapping[str, Line] = field(default_factory=dict)
