"""The clean sets that defects are planted into: the shipped samples, and a made-up one."""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from studio.data.samples import SAMPLES

Cells = dict[str, str]
"""A row as a file has it: what stands in each column."""

REAL = ("support", "legal", "medical", "code")
SYNTHETIC = "synthetic"
SETS = (*REAL, SYNTHETIC)
LABELLED = ("support", "legal", "medical", SYNTHETIC)
LONG_LABELLED = ("support", "legal", SYNTHETIC)
SYNTHETIC_ROWS = 1500
FEWEST_OF_A_LABEL = 20

_COLUMNS = {"code": ("problem", "solution")}
_LABELLED_BY = {"support": "kind", "legal": "topic"}
_MADE_WITH = 7


def question_rows(name: str) -> list[Cells]:
    """Return a set as questions with answers."""
    if name == SYNTHETIC:
        words = Recombined()
        source = random.Random(_MADE_WITH)
        return [
            words.row(source, source.randint(60, 300), source.randint(60, 300)) for _ in range(SYNTHETIC_ROWS)
        ]
    question, answer = _COLUMNS.get(name, ("question", "answer"))
    return [{"question": row[question], "answer": row[answer]} for row in _sample(name)]


def labelled_rows(name: str) -> list[Cells]:
    """Return a set as texts with labels, those of rare labels left out; no code: it has no labels.

    Of the made-up set the label is the sample whose words a text is made of.
    """
    if name == SYNTHETIC:
        return _labelled_by_origin(80)
    label = _LABELLED_BY.get(name, "answer")
    text = _whole if name == "support" else _question
    return frequently_labelled([{"text": text(row), "label": row[label]} for row in _sample(name)])


def long_labelled_rows(name: str) -> list[Cells]:
    """Return a set as texts of some forty words and more with labels; no medical terms: they are short."""
    if name == SYNTHETIC:
        return _labelled_by_origin(400)
    label = _LABELLED_BY[name]
    return frequently_labelled([{"text": _whole(row), "label": row[label]} for row in _sample(name)])


def _question(row: Mapping[str, str]) -> str:
    return row["question"]


def _whole(row: Mapping[str, str]) -> str:
    return f"{row['question']}\n{row['answer']}"


def _labelled_by_origin(characters: int) -> list[Cells]:
    source = random.Random(_MADE_WITH)
    parts = {origin: Recombined((origin,)) for origin in REAL}
    drawn = [source.choice(REAL) for _ in range(SYNTHETIC_ROWS)]
    return [{"text": parts[origin].text(source, characters), "label": f"from {origin}"} for origin in drawn]


def frequently_labelled(rows: Sequence[Cells]) -> list[Cells]:
    """Return the rows without those of a rare label, of which nothing can be learned."""
    counts = Counter(row["label"] for row in rows)
    return [row for row in rows if counts[row["label"]] >= FEWEST_OF_A_LABEL]


class Recombined:
    """Writes text out of runs of five to twelve words of the samples: their words, spaced as they are."""

    def __init__(self, names: tuple[str, ...] = REAL) -> None:
        texts = (text for name in names for row in question_rows(name) for text in row.values())
        self.words = [word for text in texts for word in text.split()]

    def text(self, source: random.Random, characters: int) -> str:
        """Return a text that is a few words longer than asked for."""
        pieces: list[str] = []
        length = 0
        while length < characters:
            at = int(source.random() * (len(self.words) - 12))
            piece = " ".join(self.words[at : at + 5 + int(source.random() * 8)])
            pieces.append(piece)
            length += len(piece) + 1
        return " ".join(pieces)

    def row(self, source: random.Random, question: int, answer: int) -> Cells:
        return {"question": self.text(source, question), "answer": self.text(source, answer)}


@cache
def _sample(name: str) -> list[Mapping[str, str]]:
    with SAMPLES[name].path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
