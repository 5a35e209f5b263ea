"""Checks that are measured in their own way: a ranked list, look-alikes, text left alone."""

import random
from collections.abc import Sequence

from benchmarks.defects_measures import Score, Share
from benchmarks.defects_personal import lookalike_rows
from benchmarks.defects_planting import Planting, mislabelled
from benchmarks.defects_runs import LABELS, QUESTIONS, RATES, named
from benchmarks.defects_sets import (
    SYNTHETIC,
    Cells,
    question_rows,
)
from benchmarks.defects_texts import LANGUAGES
from studio.core.records import Completion, SourcedRecord
from studio.data.fixes.rewriting import rewritten
from studio.data.mojibake import repaired

LOOKALIKES = 2000
TIMES_CHANCE = 5


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
