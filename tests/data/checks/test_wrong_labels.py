"""Planted wrong labels stand at the top of the list, far more often than by chance."""

import json
import random
from pathlib import Path

import pytest

from studio.core.records import Completion, Labelled, SourcedRecord
from studio.data.checks import Scene, wrong_labels
from studio.data.checkup import findings_of

SAMPLE = Path(__file__).parents[3] / "assets" / "samples" / "icd10cm_chapters.jsonl"


def planted(share: float, seed: int) -> tuple[list[SourcedRecord], set[int]]:
    rng = random.Random(seed)
    rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    labels = sorted({row["answer"] for row in rows})
    wrong = set(rng.sample(range(len(rows)), round(share * len(rows))))
    records = []
    for at, row in enumerate(rows):
        others = [label for label in labels if label != row["answer"]]
        label = rng.choice(others) if at in wrong else row["answer"]
        records.append(SourcedRecord(at, Labelled(row["question"], label)))
    return records, wrong


@pytest.mark.parametrize("share", [0.02, 0.10])
def test_the_list_is_five_times_better_than_chance(share):
    hits = listed = 0
    for seed in range(2):
        records, wrong = planted(share, seed)
        (finding,) = findings_of("wrong_labels", records, Scene())
        hits += len(wrong & set(finding.rows))
        listed += len(finding.rows)
    assert hits / listed >= 5 * share
    assert listed == 2 * 0.02 * 600


def test_the_same_seed_gives_the_same_list():
    records, _ = planted(0.1, 0)
    first, second = (findings_of("wrong_labels", records, Scene(seed=3))[0] for _ in range(2))
    assert list(first.rows) == list(second.rows)
    assert (first.severity, first.fix) == ("note", "edit")


def test_answers_in_prose_and_few_rows_are_not_judged():
    prose = [
        SourcedRecord(at, Completion(f"q {at}", f"A long answer with number {at}.")) for at in range(200)
    ]
    assert findings_of("wrong_labels", prose, Scene()) == []
    assert findings_of("wrong_labels", planted(0.1, 0)[0][:60], Scene()) == []


def test_of_a_large_file_every_second_row_is_compared_and_the_message_says_so(monkeypatch):
    monkeypatch.setattr(wrong_labels, "ROWS_COMPARED", 400)
    (finding,) = findings_of("wrong_labels", planted(0.1, 0)[0], Scene())
    assert "compared rows" in finding.message
