"""Wrong labels in real labelled sets that are too large to ship, where a folder with them is there."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.defects_measures import Line, Remark, Target
from benchmarks.defects_sets import Cells, frequently_labelled
from benchmarks.defects_special import TIMES_CHANCE, wrong_labels

FILES = {
    "sentences of reviews, 2 labels": "sentiment_sentences.jsonl",
    "terms of ICD-10-CM, 22 labels": "icd10cm_terms_compact.jsonl",
}
"""Kotzias, UCI Sentiment Labelled Sentences, 2015, CC BY 4.0; CDC/NCHS, US government work."""


def labelled_results(folder: Path, rounds: int) -> Iterator[Line | Remark]:
    """Yield a line for each set; a remark, which says so, for a set that is not there."""
    for name, file in FILES.items():
        path = folder / file
        if not path.is_file():
            yield Remark(f"{name}: not measured, for there is no {path}")
            continue
        score = wrong_labels(name, _rows(path), rounds)
        yield Line(f"wrong labels: {name}", score, Target(times_chance=TIMES_CHANCE))


def _rows(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return frequently_labelled([{"text": row["text"], "label": row["label"]} for row in rows])
