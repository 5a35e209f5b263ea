"""What a planted-defect benchmark counts, and the shares with their intervals that come of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959963984540054
"""Of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with its 95 % interval. Source: Wilson, Probable inference, 1927."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return math.nan, math.nan
        share, square = self.value, Z * Z / self.total
        middle = share + square / 2
        half = Z * math.sqrt(share * (1 - share) / self.total + square / (4 * self.total))
        return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))

    def shown(self, scale: float = 1, digits: int = 3) -> str:
        """Return "0.981 [0.974, 0.986]"; "–" where there was nothing to count."""
        if not self.total:
            return "–"
        low, high = self.interval
        return f"{self.value * scale:.{digits}f} [{low * scale:.{digits}f}, {high * scale:.{digits}f}]"


@dataclass(frozen=True, slots=True)
class Score:
    """Rows: `planted` of which `found`, and `clean` of which `false` were named all the same.

    `named_before`: clean rows that were named before anything was planted; they count as neither.
    `by_chance`: how many of the planted rows as many rows drawn by lot would have held; 0 where nobody asks.
    """

    planted: int = 0
    found: int = 0
    clean: int = 0
    false: int = 0
    named_before: int = 0
    by_chance: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.planted + other.planted,
            self.found + other.found,
            self.clean + other.clean,
            self.false + other.false,
            self.named_before + other.named_before,
            self.by_chance + other.by_chance,
        )

    @property
    def recall(self) -> Share:
        return Share(self.found, self.planted)

    @property
    def precision(self) -> Share:
        """Nothing, where no clean row could have been named."""
        return Share(self.found, self.found + self.false) if self.clean else Share(0, 0)

    @property
    def times_chance(self) -> float:
        return self.found / self.by_chance if self.by_chance else math.nan

    @property
    def false_alarms(self) -> Share:
        return Share(self.false, self.clean)


@dataclass(frozen=True, slots=True)
class Target:
    """The least recall, precision and multiple of chance that the issue asks for; 0 asks for nothing."""

    recall: float = 0
    precision: float = 0
    times_chance: float = 0

    def missed(self, score: Score) -> list[str]:
        """Return what is missed, in words."""
        asked = (
            ("recall", score.recall.value, self.recall),
            ("precision", score.precision.value, self.precision),
            ("times chance", score.times_chance, self.times_chance),
        )
        return [
            f"{what} {value:.4f} is below {least}"
            for what, value, least in asked
            if least and not value >= least
        ]

    def shown(self) -> str:
        asked = (
            f"recall {self.recall:g}" * bool(self.recall),
            f"precision {self.precision:g}" * bool(self.precision),
            f"{self.times_chance:g} x chance" * bool(self.times_chance),
        )
        return ", ".join(filter(None, asked)) or "–"


NO_TARGET = Target()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `missed` says which targets are missed."""

    name: str
    score: Score
    target: Target = NO_TARGET

    @property
    def missed(self) -> list[str]:
        return [f"{self.name}: {what}" for what in self.target.missed(self.score)]

    def markdown(self) -> str:
        score = self.score
        times = f", {score.times_chance:.1f} x chance" if score.by_chance else ""
        cells = (
            self.name,
            f"{score.planted:,}",
            score.recall.shown(),
            score.precision.shown() + times,
            score.false_alarms.shown(1000, 2),
            f"{score.named_before:,}",
            self.target.shown(),
        )
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Remark:
    """What the table has no column for; `missed` as that of a line."""

    said: str
    missed: Sequence[str] = ()


HEADER = (
    "| check | planted | recall | precision | false alarms per 1,000 clean rows | named in the clean data "
    "| asked for |\n|---|---|---|---|---|---|---|"
)
