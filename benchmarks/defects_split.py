"""Rows that must not be parted between training and exam, and how often the split keeps them together."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.defects_measures import NO_TARGET, Score, Target
from benchmarks.defects_planting import Change
from benchmarks.defects_runs import RATES
from benchmarks.defects_sets import SETS, Cells, question_rows
from studio.core.records import Completion, SourcedRecord
from studio.data.split import divide

HELD_OUT_PERCENT = 50.0
"""So that a rule which lets pairs be parted by lot shows it in two of three pairs that the exam touches."""

LARGEST_GROUP = 6

Pairs = list[tuple[int, int]]
Bind = Callable[[random.Random, Sequence[Cells], int], tuple[list[SourcedRecord], Pairs]]
"""Takes rows and how many to plant; returns records and the places of those that belong together."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds two rows together."""

    name: str
    bind: Bind
    target: Target = NO_TARGET
    sets: tuple[str, ...] = SETS

    def measure(self, rounds: int) -> Score:
        """Count the pairs of which the exam has a row, and those of which it has both."""
        score = Score()
        for name in self.sets:
            rows = question_rows(name)
            for rate in RATES[1:]:
                for turn in range(rounds):
                    source = random.Random(f"{self.name} {name} {rate} {turn}")
                    records, pairs = self.bind(source, rows, max(1, round(rate * len(rows))))
                    held_out = set(divide(records, HELD_OUT_PERCENT, seed=turn).held_out)
                    there = [len(held_out.intersection(pair)) for pair in pairs]
                    score += Score(sum(map(bool, there)), there.count(2))
        return score


def by_copy(change: Change) -> Bind:
    """Return what puts changed copies in behind all rows."""

    def bind(source: random.Random, rows: Sequence[Cells], wanted: int) -> tuple[list[SourcedRecord], Pairs]:
        records, pairs = list(_records(rows)), []
        for at in source.sample(range(len(rows)), len(rows)):
            copy = change(source, rows[at], rows) if len(pairs) < wanted else None
            if copy is not None:
                pairs.append((at, len(records)))
                records.append(_record(len(records), copy))
        return records, pairs

    return bind


def by_group(source: random.Random, rows: Sequence[Cells], wanted: int) -> tuple[list[SourcedRecord], Pairs]:
    """Say of rows drawn by lot that they belong together, two to six at a time."""
    records, pairs = list(_records(rows)), []
    left = source.sample(range(len(rows)), len(rows))
    while len(pairs) < wanted:
        members = [left.pop() for _ in range(source.randint(2, LARGEST_GROUP))]
        for at in members:
            records[at] = replace(records[at], group=f"group of row {members[0]}")
        pairs += [(members[0], at) for at in members[1:]]
    return records, pairs


def _records(rows: Sequence[Cells]) -> Iterator[SourcedRecord]:
    return (_record(at, row) for at, row in enumerate(rows))


def _record(at: int, row: Cells) -> SourcedRecord:
    return SourcedRecord(at + 1, Completion(row["question"], row["answer"]))
