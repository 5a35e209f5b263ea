"""How often the exam's verdicts are wrong, on pairs of models of which it is known which one is better.

    python -m benchmarks.verdicts
    python -m benchmarks.verdicts --pairs 400 --seed 1

Every pair is two models on the same made-up rows, drawn from a large pool of which the true values are known.
Under "nothing" each row's two answers come from one and the same model and are dealt out by lot, so that a
verdict *better* is wrong. Under "small" and "large" the tuned model changes fewer words, errs less or
mistakes fewer labels. The metrics and the intervals are the exam's own, with all its resamples. The last line
is a hard case, where no difference on average is made of small gains on most rows and great losses on a few.
"""

import argparse
import os
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from benchmarks.defects_measures import Share
from benchmarks.verdicts_models import EFFECTS, HARD, Contest, contests
from studio.core.measures import MEASURES
from studio.core.system import prepare_process
from studio.core.verdict import FEWEST_ROWS
from studio.evaluation.intervals import RESAMPLES, Measured, Shares, bootstrap_all, difference
from studio.evaluation.metrics import metric_named

SIZES = (12, 30, 100, 300)


@dataclass
class Tally:
    """What was said of the pairs of one contest, size and effect."""

    verdicts: Counter[str]
    holds: int = 0

    def share(self, verdict: str) -> float:
        return self.verdicts[verdict] / self.verdicts.total()


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--pairs", type=int, default=200, help="so many of each size and effect")
    reader.add_argument("--seed", type=int, default=0)
    asked = reader.parse_args()
    prepare_process()
    began, used = time.monotonic(), time.process_time()
    found = simulated(contests(asked.seed), SIZES, asked.pairs, asked.seed)
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores")
    print(
        f"{asked.pairs} pairs of each kind, {RESAMPLES:,} resamples each; {time.monotonic() - began:.0f} s, "
    )
    print(f"{time.process_time() - used:.0f} s of the processor\n")
    print(table(found))
    print(f"\n{few(found)}")


def simulated(
    contests: Mapping[str, Contest], sizes: Sequence[int], pairs: int, seed: int
) -> dict[tuple[str, int, str], Tally]:
    """Return what was said, by contest, number of rows and effect. Pairs of one draw share their rows."""
    draw = np.random.default_rng((seed, 1))
    pool = next(iter(contests.values())).arms["base"].rows
    truths = {name: contest.truth for name, contest in contests.items()}
    found: dict[tuple[str, int, str], Tally] = {}
    for rows in sizes:
        for number in range(pairs):
            chosen, lot = draw.integers(pool, size=rows), draw.random(rows) < 0.5
            measured = _measured(contests, chosen, lot)
            draws = bootstrap_all(measured, seed=seed + number)
            for name, effect, against, arm in _compared(contests):
                better = MEASURES[contests[name].metric].better
                assert better is not None
                said = difference(draws[name, against], draws[name, arm], better=better)
                tally = found.setdefault((name, rows, effect), Tally(Counter()))
                tally.verdicts[said.verdict] += 1
                tally.holds += said.low <= truths[name][effect] <= said.high
    return found


def _compared(contests: Mapping[str, Contest]) -> list[tuple[str, str, str, str]]:
    """Return (contest, effect, arm, other arm); by lot dealt answers are compared with one another."""
    pairs = []
    for name, contest in contests.items():
        for effect in (arm for arm in contest.arms if arm != "base"):
            dealt = effect == "nothing" and name != HARD
            pairs.append((name, effect, "first" if dealt else "base", "second" if dealt else effect))
    return pairs


def _measured(
    contests: Mapping[str, Contest], chosen: np.ndarray, lot: np.ndarray
) -> dict[tuple[str, str], Measured]:
    found = {}
    for name, contest in contests.items():
        arms = {arm: _rows(shares, chosen) for arm, shares in contest.arms.items()}
        if name != HARD:
            arms["first"] = _dealt(arms["base"], arms["nothing"], lot)
            arms["second"] = _dealt(arms["nothing"], arms["base"], lot)
        finish = metric_named(contest.metric).finish
        found |= {(name, arm): Measured(shares, finish) for arm, shares in arms.items()}
    return found


def _rows(shares: Shares, chosen: np.ndarray) -> Shares:
    return replace(shares, **{name: each[chosen] for name, each in _arrays(shares).items()})


def _dealt(one: Shares, other: Shares, lot: np.ndarray) -> Shares:
    """Return the rows of one where the lot says so, else those of the other."""
    others = _arrays(other)
    mixed = {
        name: np.where(lot.reshape(-1, *[1] * (each.ndim - 1)), each, others[name])
        for name, each in _arrays(one).items()
    }
    return replace(one, **mixed)


def _arrays(shares: Shares) -> dict[str, np.ndarray]:
    values = {each.name: getattr(shares, each.name) for each in fields(shares)}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def table(found: Mapping[tuple[str, int, str], Tally]) -> str:
    """Return the table of the README: one line for each contest, the numbers of rows one after the other."""
    sizes = [rows for rows in dict.fromkeys(rows for _, rows, _ in found) if rows >= FEWEST_ROWS]
    lines = [
        f"| metric | wrong *better* with {' / '.join(map(str, sizes))} rows | over all of them | small gain "
        "not seen | large gain not seen | gain called *worse* | intervals that hold the truth |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(name for name, _, _ in found):
        by_effect = {effect: [found.get((name, rows, effect)) for rows in sizes] for effect in EFFECTS}
        lines.append(_line(name, by_effect))
    return "\n".join(lines)


def _line(name: str, by_effect: Mapping[str, Sequence[Tally | None]]) -> str:
    said = {effect: [tally for tally in tallies if tally] for effect, tallies in by_effect.items()}
    gains, everything = (
        [*said["small"], *said["large"]],
        [each for tallies in said.values() for each in tallies],
    )
    cells = [
        _shares(said["nothing"], "better"),
        _together(said["nothing"], "better").shown(),
        _shares(said["small"], "better", but=True),
        _shares(said["large"], "better", but=True),
        _together(gains, "worse").shown() if gains else "–",
        f"{sum(each.holds for each in everything) / sum(each.verdicts.total() for each in everything):.1%}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _shares(tallies: Sequence[Tally], verdict: str, *, but: bool = False) -> str:
    """Return how often it was said, or with `but` not said, for each number of rows."""
    shares = [abs(but - tally.share(verdict)) for tally in tallies]
    return " / ".join(f"{100 * share:.1f}" for share in shares) + " %" if shares else "–"


def _together(tallies: Sequence[Tally], verdict: str) -> Share:
    return Share(
        sum(tally.verdicts[verdict] for tally in tallies), sum(tally.verdicts.total() for tally in tallies)
    )


def few(found: Mapping[tuple[str, int, str], Tally]) -> str:
    """Return in words what was said of so few rows that nothing may be said."""
    tallies = [tally for (_, rows, _), tally in found.items() if rows < FEWEST_ROWS]
    said = _together(tallies, "too_few")
    return f"Of {said.total:,} pairs of under {FEWEST_ROWS} rows {said.hits:,} read *too few rows to tell*."


if __name__ == "__main__":
    main()
