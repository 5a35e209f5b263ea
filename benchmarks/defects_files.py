"""Defects of a whole file: an answer for all, rare labels, groups with other answers. Files are counted."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.defects_measures import Score
from benchmarks.defects_runs import LABELS, QUESTIONS, findings
from benchmarks.defects_sets import (
    LABELLED,
    REAL,
    SETS,
    Cells,
    Recombined,
    labelled_rows,
    question_rows,
)
from studio.data.near import normalise

SHARES = (0.3, 0.6, 0.9)
"""Of the rows with a defect: the checks speak of a quarter and more, so the other rates say nothing."""

RARE = (0.005, 0.02, 0.1)
"""Rows of the rare label for one of the most frequent: the check speaks of a tenth and less."""

MOSTLY_ONE, NOT_ONE = (0.92, 0.97, 1.0), (0.0, 0.5, 0.85)
"""Rows with one and the same answer: the check speaks of nine in ten and more."""

FEW_QUESTIONS, MANY_QUESTIONS = (0.1, 0.25, 0.45), (0.55, 0.8, 1.0)
"""Questions that differ: the check speaks of fewer than half."""

REFUSALS = ("I am sorry, I cannot help with that.", "Unfortunately there is no answer.", "I can't say.")
GROUPS = ("north", "south", "east")

Files = tuple[list[list[Cells]], list[list[Cells]]]
"""Files without the defect and files with it."""


@dataclass(frozen=True, slots=True)
class FileCase:
    """`make` takes the name of a set and returns files made of its rows."""

    name: str
    check: str
    make: Callable[[random.Random, str], Files]
    sets: tuple[str, ...] = SETS
    mapping: Mapping[str, str] | None = None

    def measure(self, rounds: int) -> Score:
        score = Score()
        for name in self.sets:
            for turn in range(rounds):
                clean, with_defect = self.make(random.Random(f"{self.check} {name} {turn}"), name)
                found, false = sum(map(self._speaks, with_defect)), sum(map(self._speaks, clean))
                score += Score(len(with_defect), found, len(clean), false)
        return score

    def _speaks(self, rows: Sequence[Cells]) -> bool:
        return bool(findings(self.check, rows, self.mapping or QUESTIONS))


def of_one_answer(source: random.Random, name: str) -> Files:
    """Return a hundred rows of which a share, small or large, have one answer."""
    answer = source.choice(question_rows(name))["answer"]
    others = [row for row in question_rows(name) if row["answer"] != answer]
    rows = source.sample(others, 100)

    def with_share(share: float) -> list[Cells]:
        chosen = set(source.sample(range(100), round(100 * share)))
        return [row | {"answer": answer} if at in chosen else row for at, row in enumerate(rows)]

    return [with_share(share) for share in NOT_ONE], [with_share(share) for share in MOSTLY_ONE]


def imbalanced(source: random.Random, name: str) -> Files:
    """Return as many rows of each of two labels, and the same with one of them rare."""
    rows = labelled_rows(name)
    frequent = [label for label, _ in Counter(row["label"] for row in rows).most_common(2)]
    of = {label: [row for row in rows if row["label"] == label] for label in frequent}
    many = min(map(len, of.values()))
    large = source.choices(of[frequent[0]], k=20 * many)
    balanced = [*large[: 2 * many], *source.choices(of[frequent[1]], k=2 * many)]
    return [balanced], [
        [*large, *source.choices(of[frequent[1]], k=max(1, int(share * len(large))))] for share in RARE
    ]


def of_unequal_groups(source: random.Random, name: str) -> Files:
    """Return rows in groups by lot with refusals in a share of one, and with as many in all of them."""
    rows = [row | {"group": source.choice(GROUPS)} for row in question_rows(name)]
    refused, group = source.choice((REFUSALS, ("Yes.", "No."))), source.choice(GROUPS)

    def with_share(share: float, groups: Sequence[str]) -> list[Cells]:
        return [
            row | {"answer": source.choice(refused)}
            if row["group"] in groups and source.random() < share
            else row
            for row in rows
        ]

    return [rows, with_share(0.3, GROUPS)], [with_share(share, (group,)) for share in SHARES]


def of_unequal_labels(source: random.Random, name: str) -> Files:
    """Return rows in groups by lot, and with a share of one group's labels turned into the most frequent."""
    rows = [row | {"group": source.choice(GROUPS)} for row in labelled_rows(name)]
    group, label = source.choice(GROUPS), Counter(row["label"] for row in rows).most_common(1)[0][0]

    def with_share(share: float) -> list[Cells]:
        return [
            row | {"label": label} if row["group"] == group and source.random() < share else row
            for row in rows
        ]

    return [rows], [with_share(share) for share in SHARES]


def beginning_alike(source: random.Random, name: str) -> Files:
    """Return rows whose answers begin differently, and the same with one beginning for a share of them."""
    words = Recombined((name,) if name in REAL else REAL)
    rows = [words.row(source, 80, 120) for _ in range(200)]
    opening = "Thank you for asking, here is the answer:"
    return [rows], [
        [row | {"answer": f"{opening} {row['answer']}"} for row in rows[: round(share * len(rows))]]
        + rows[round(share * len(rows)) :]
        for share in SHARES
    ]


def of_few_questions(source: random.Random, name: str) -> Files:
    """Return 120 rows of which a share, small or large, ask something that no row before them asks."""
    different = list({normalise(row["question"]): row for row in question_rows(name)}.values())
    asked = source.sample(different, 120)

    def with_share(share: float) -> list[Cells]:
        kept = asked[: round(share * len(asked))]
        again = [row | {"question": source.choice(kept)["question"]} for row in asked[len(kept) :]]
        return source.sample([*kept, *again], len(asked))

    return [with_share(share) for share in MANY_QUESTIONS], [with_share(share) for share in FEW_QUESTIONS]


def of_few_rows(source: random.Random, name: str) -> Files:
    rows = source.sample(question_rows(name), 30)
    return [rows[: source.randint(10, 30)]], [rows[:count] for count in (1, 5, 9)]


FILE_CASES = (
    FileCase("one answer for all (files)", "one_answer", of_one_answer),
    FileCase("imbalance (files)", "imbalance", imbalanced, LABELLED, LABELS),
    FileCase("a group refused or answered shortly (files)", "answer_rate", of_unequal_groups,
             mapping=QUESTIONS | {"group": "group"}),
    FileCase("a group with other labels (files)", "answer_rate", of_unequal_labels, LABELLED,
             LABELS | {"group": "group"}),
    FileCase("openings alike (files)", "constant_prefix", beginning_alike),
    FileCase("few different questions (files)", "diversity", of_few_questions),
    FileCase("too few rows (files)", "too_few", of_few_rows),
)  # fmt: skip
