"""Checks that are measured in their own way: a ranked list, findings about a whole file, text left alone."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.defects_measures import Score, Share
from benchmarks.defects_personal import lookalike_rows
from benchmarks.defects_planting import Planting, mislabelled
from benchmarks.defects_runs import LABELS, QUESTIONS, RATES, findings, named
from benchmarks.defects_sets import (
    LABELLED,
    REAL,
    SETS,
    SYNTHETIC,
    Cells,
    Recombined,
    labelled_rows,
    question_rows,
)
from benchmarks.defects_texts import LANGUAGES
from studio.core.records import Completion, SourcedRecord
from studio.data.fixes.rewriting import rewritten
from studio.data.mojibake import repaired

LOOKALIKES = 2000
TIMES_CHANCE = 5
SHARES = (0.3, 0.6, 0.9)
"""Of the rows that begin alike: the check speaks of a quarter and more, so the other rates say nothing."""

RARE = (0.005, 0.02, 0.1)
"""Rows of the rare label for one of the most frequent: the check speaks of a tenth and less."""


def wrong_labels(name: str, rows: Sequence[Cells], rounds: int) -> Score:
    """Return the score of the first k rows listed of a labelled set. Rows listed before count as clean.

    k is the number planted, or of the whole list where that is shorter.
    """
    score = Score()
    for rate in RATES[1:]:
        for turn in range(rounds):
            source = random.Random(f"wrong labels {name} {rate} {turn}")
            planted = Planting(mislabelled).into(rows, max(1, round(rate * len(rows))), source, ())
            wrong = {at for at, row in enumerate(planted) if row.is_planted}
            listed = named("wrong_labels", (row.cells for row in planted), LABELS).get("", ())
            first = listed[: len(wrong)]
            hits = len(wrong.intersection(first))
            by_chance = len(first) * len(wrong) / len(rows)
            clean = len(rows) - len(wrong)
            score += Score(len(wrong), hits, clean, len(first) - hits, by_chance=by_chance)
    return score


Files = Callable[[random.Random, str], tuple[list[Cells], list[list[Cells]]]]
"""Takes a set; returns a file without the defect and some with it."""


def imbalanced(source: random.Random, name: str) -> tuple[list[Cells], list[list[Cells]]]:
    """Return as many rows of each of two labels, and the same with one of them rare."""
    rows = labelled_rows(name)
    frequent = [label for label, _ in Counter(row["label"] for row in rows).most_common(2)]
    of = {label: [row for row in rows if row["label"] == label] for label in frequent}
    many = min(map(len, of.values()))
    large = source.choices(of[frequent[0]], k=20 * many)
    balanced = [*large[: 2 * many], *source.choices(of[frequent[1]], k=2 * many)]
    return balanced, [
        [*large, *source.choices(of[frequent[1]], k=max(1, int(share * len(large))))] for share in RARE
    ]


def beginning_alike(source: random.Random, name: str) -> tuple[list[Cells], list[list[Cells]]]:
    """Return rows whose answers begin differently, and the same with one beginning for a share of them."""
    words = Recombined((name,) if name in REAL else REAL)
    rows = [words.row(source, 80, 120) for _ in range(200)]
    opening = "Thank you for asking, here is the answer:"
    return rows, [
        [row | {"answer": f"{opening} {row['answer']}"} for row in rows[: round(share * len(rows))]]
        + rows[round(share * len(rows)) :]
        for share in SHARES
    ]


def of_few_rows(source: random.Random, name: str) -> tuple[list[Cells], list[list[Cells]]]:
    rows = source.sample(question_rows(name), 30)
    return rows[: source.randint(10, 30)], [rows[:count] for count in (1, 5, 9)]


def files(check: str, make: Files, rounds: int) -> Score:
    """Count files instead of rows: which are said to have the defect."""
    score = Score()
    sets, mapping = (LABELLED, LABELS) if make is imbalanced else (SETS, QUESTIONS)
    for name in sets:
        for turn in range(rounds):
            clean, with_defect = make(random.Random(f"{check} {name} {turn}"), name)
            found = sum(_speaks(check, rows, mapping) for rows in with_defect)
            score += Score(len(with_defect), found, 1, int(_speaks(check, clean, mapping)))
    return score


def _speaks(check: str, rows: Sequence[Cells], mapping: dict[str, str]) -> bool:
    return bool(findings(check, rows, mapping))


def lookalikes() -> dict[str, int]:
    """Return how many of 2,000 rows with a number that is nobody's are named, by kind."""
    rows = question_rows(SYNTHETIC)
    before = named("personal_data", rows, QUESTIONS)
    known = {at for numbers in before.values() for at in numbers}
    clean = [row for at, row in enumerate(rows) if at not in known]
    found = named("personal_data", lookalike_rows(clean, LOOKALIKES), QUESTIONS)
    return {kind: len(numbers) for kind, numbers in found.items()}


def clean_text_left_alone() -> Share:
    """Return how many texts of ten languages the repair of letters leaves as they are: whole, in pieces."""
    source = random.Random(8)
    texts = [text for pair in LANGUAGES.values() for text in pair]
    for _ in range(1000):
        words = source.choice(source.choice(list(LANGUAGES.values()))).split()
        texts.append(" ".join(source.choices(words, k=source.randint(3, 12))))
    texts += [text.upper() for text in texts]
    rows = [SourcedRecord(at, Completion(text, text)) for at, text in enumerate(texts)]
    return Share(sum(rewritten(row, repaired) is row for row in rows), len(rows))
