"""Intervals for the exam: a paired bootstrap over rows, and what may be concluded from it.

A metric here is a function of sums over rows (`Shares`): the corpus loss is the sum of nats over that of
trained tokens. Drawing rows with replacement is then a few matrix products, and drawing the *same* rows for
every arm keeps the comparison paired. Source: Efron and Tibshirani 1993, chapters 6 and 13; Hesterberg 2015,
"What Teachers Should Know About the Bootstrap", arXiv:1411.5279, section 5.1. `benchmarks/verdicts.py` counts
how often the verdicts are wrong.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np

from studio.core.chance import interval_of_share
from studio.core.exam import ComparisonVerdict, Difference, Score
from studio.core.verdict import FEWEST_ROWS

RESAMPLES = 10_000
TAIL = 0.025
"""Of a 95 % interval, on either side."""
_DRAWN_AT_ONCE = 4_000_000
"""Row counts held in memory at a time (32 MB), however many rows there are."""

Name = TypeVar("Name", bound=Hashable)


class Shares(Protocol):
    """What each row adds to a metric; the metric of any set of rows follows from it."""

    @property
    def rows(self) -> int: ...

    def measure(self, counts: np.ndarray) -> np.ndarray:
        """Return the value for each way to draw the rows: counts `(draws, rows)` -> `(draws,)`."""
        ...


@dataclass(frozen=True)
class Parts:
    """Each row's share of a metric: value = finish(sum(numerators) / sum(denominators)). Both `(rows,)`."""

    numerators: np.ndarray
    denominators: np.ndarray

    def __post_init__(self) -> None:
        assert self.numerators.shape == self.denominators.shape
        assert self.numerators.ndim == 1
        assert self.numerators.size > 0
        assert (self.denominators > 0).all()

    @property
    def rows(self) -> int:
        return self.numerators.size

    def measure(self, counts: np.ndarray) -> np.ndarray:
        return (counts @ self.numerators) / (counts @ self.denominators)


@dataclass(frozen=True)
class Draws:
    """A metric of one arm: on the rows themselves, and on each resample of them `(resamples,)`.

    `rows` is how many it rests on: of a label, those that truly have it.
    """

    value: float
    resampled: np.ndarray
    rows: int
    right_or_wrong: bool = False
    """Each row is right or wrong, and the value is the share of those that are right."""


@dataclass(frozen=True)
class Measured:
    """A metric of one arm: what each row adds, and how the value is made of what the sums give."""

    shares: Shares
    finish: Callable[[np.ndarray], np.ndarray]
    right_or_wrong: bool = False
    rests_on: int | None = None
    """How many rows say anything of the value, where those are not all."""


def bootstrap(
    arms: Mapping[str, Shares],
    finish: Callable[[np.ndarray], np.ndarray],
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> dict[str, Draws]:
    """Draw rows with replacement, the same ones for every arm, and measure each draw."""
    measured = {name: Measured(parts, finish) for name, parts in arms.items()}
    return bootstrap_all(measured, seed=seed, resamples=resamples)


def bootstrap_all(
    measured: Mapping[Name, Measured],
    *,
    seed: int,
    resamples: int = RESAMPLES,
    between: Callable[[], None] = lambda: None,
) -> dict[Name, Draws]:
    """Draw rows with replacement, the same ones for everything that is measured on them.

    Drawing takes longer than measuring, so that all metrics of the same rows belong into one call. `between`
    is called every few draws; what it raises ends the work.
    """
    sizes = {each.shares.rows for each in measured.values()}
    assert len(sizes) == 1, f"arms must be measured on the same rows: {sizes}"
    (rows,) = sizes
    drawn: dict[Name, list[np.ndarray]] = {name: [] for name in measured}
    for counts in row_draws(rows, seed=seed, resamples=resamples):
        between()
        for name, each in measured.items():
            drawn[name].append(each.finish(each.shares.measure(counts)))
    once = np.ones((1, rows))
    return {
        name: Draws(
            float(each.finish(each.shares.measure(once))[0]),
            np.concatenate(drawn[name]),
            rows if each.rests_on is None else each.rests_on,
            each.right_or_wrong,
        )
        for name, each in measured.items()
    }


def row_draws(rows: int, *, seed: int, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Yield how often each row is drawn, `(draws, rows)`, a few draws at a time."""
    random = np.random.default_rng(seed)
    at_once = max(1, _DRAWN_AT_ONCE // rows)
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        counts = random.multinomial(rows, np.full(rows, 1 / rows), size=size)
        yield counts.astype(float)  # whole numbers would be multiplied one by one


def score(draws: Draws) -> Score:
    """Return the value with its 95 % interval; of a share of rows it is Wilson's."""
    if draws.right_or_wrong:
        return share(round(draws.value * draws.rows), draws.rows)
    return Score(draws.value, *_interval(draws.resampled, draws.rows))


def share(count: int, rows: int) -> Score:
    """Return count / rows with its 95 % interval, which is honest at none and at all: there every resample
    is like the rows."""
    return Score(count / rows, *interval_of_share(count, rows))


def _interval(resampled: np.ndarray, rows: int) -> tuple[float, float]:
    """Return the percentiles that bound 95 %, drawn apart as far as few rows require.

    Resamples of few rows vary too little, by (rows - 1) / rows, and know their own spread only roughly: both
    are mended as Student's t mends the normal interval. One row tells nothing of any spread.
    """
    from scipy.special import ndtr, stdtrit  # heavy: not before the first page

    tail = ndtr(stdtrit(rows - 1, TAIL) * (rows / (rows - 1)) ** 0.5) if rows > 1 else 0.0
    low, high = np.quantile(resampled, (tail, 1 - tail))
    return float(low), float(high)


def difference(base: Draws, tuned: Draws, *, better: Literal["lower", "higher"]) -> Difference:
    """Return tuned minus base with its paired interval, and the verdict that the interval allows."""
    resampled, value = tuned.resampled - base.resampled, tuned.value - base.value
    low, high = _interval(resampled, base.rows)
    if base.right_or_wrong and np.ptp(resampled) == 0:
        # All rows changed alike: no resample can tell how often others would not.
        others = share(0, base.rows).high
        low, high = max(-1.0, value - others), min(1.0, value + others)
    verdict = _verdict(low, high, rows=base.rows, better=better)
    return Difference(value, low, high, verdict)


def _verdict(low: float, high: float, *, rows: int, better: Literal["lower", "higher"]) -> ComparisonVerdict:
    if rows < FEWEST_ROWS:
        return "too_few"
    if low <= 0 <= high:
        return "same"
    return "better" if (high < 0) == (better == "lower") else "worse"
