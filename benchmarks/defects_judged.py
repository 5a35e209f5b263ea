"""Defects of pairs and rated answers: votes turned around, length that tells, ratings all alike, too few."""

import random
from collections.abc import Sequence

from benchmarks.defects_files import FileCase, Files
from benchmarks.defects_measures import Target
from benchmarks.defects_planting import Planting
from benchmarks.defects_runs import Case
from benchmarks.defects_sets import Cells, question_rows

PAIRS = {"input": "question", "chosen": "chosen", "rejected": "rejected"}
RATED = {"input": "question", "output": "answer", "rating": "rating"}
BIASED, UNBIASED = (0.8, 0.9, 1.0), (0.5, 0.6)
"""Pairs whose better answer is the longer one: the check speaks of seven in ten and more."""
ONE_SIDED, TWO_SIDED = (0.93, 0.97, 1.0), (0.5, 0.8, 0.87)
"""Ratings alike: the check speaks of nine in ten and more."""
ENOUGH_PAIRS = 250
"""Of which 12 % are the thirty that a verdict needs."""


def pair_rows(name: str) -> list[Cells]:
    """Return a set as pairs: each row's own answer is better than that of another row, drawn by lot."""
    rows, source = question_rows(name), random.Random(f"pairs {name}")
    return [
        {"question": row["question"], "chosen": row["answer"], "rejected": source.choice(rows)["answer"]}
        for row in rows
    ]


def turned(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Return a vote of another mind, written in another case; None for a pair of one and the same answer."""
    better, worse = cells["chosen"], cells["rejected"]
    if better.casefold().split() == worse.casefold().split():
        return None
    return cells | {"question": f" {cells['question'].upper()}", "chosen": worse, "rejected": better}


def told_by_length(source: random.Random, name: str) -> Files:
    """Return two hundred pairs of different lengths, in a share of which the better answer is the longer."""
    uneven = [row for row in pair_rows(name) if len(row["chosen"]) != len(row["rejected"])]
    rows = source.sample(uneven, min(200, len(uneven)))

    def with_share(share: float) -> list[Cells]:
        return [_turned_to(row, longer=at < share * len(rows)) for at, row in enumerate(rows)]

    return [with_share(share) for share in UNBIASED], [with_share(share) for share in BIASED]


def _turned_to(row: Cells, *, longer: bool) -> Cells:
    shorter, long = sorted((row["chosen"], row["rejected"]), key=len)
    return row | ({"chosen": long, "rejected": shorter} if longer else {"chosen": shorter, "rejected": long})


def rated_alike(source: random.Random, name: str) -> Files:
    """Return a hundred rated answers of which a share, small or large, have the same rating."""
    rows, rating = source.sample(question_rows(name), 100), source.choice((("yes", "no"), ("no", "yes")))

    def with_share(share: float) -> list[Cells]:
        return [row | {"rating": rating[at >= round(100 * share)]} for at, row in enumerate(rows)]

    return [with_share(share) for share in TWO_SIDED], [with_share(share) for share in ONE_SIDED]


def few_pairs(source: random.Random, name: str) -> Files:
    rows = source.choices(pair_rows(name), k=2 * ENOUGH_PAIRS)
    enough = source.randint(ENOUGH_PAIRS, 2 * ENOUGH_PAIRS)
    return [rows[:enough]], [rows[:count] for count in (12, 60, ENOUGH_PAIRS - 1)]


JUDGED_CASES = (
    Case("contradicting votes", "contradicting_votes", Planting(turned, copies=True, both=True),
         Target(0.98, 0.95), mapping=PAIRS, rows_of=pair_rows),
)  # fmt: skip
JUDGED_FILES = (
    FileCase("the better answer is the longer (files)", "length_bias", told_by_length, mapping=PAIRS),
    FileCase("ratings alike (files)", "one_sided", rated_alike, mapping=RATED),
    FileCase("too few pairs (files)", "few_judged", few_pairs, mapping=PAIRS),
)
