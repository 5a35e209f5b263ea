"""Held-out rows that are no test: the same was learned, or the answer stands in the question."""

from array import array

import numpy as np

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts
from studio.data.near import NearIndex

TITLE = "Leakage"
SOURCE = (
    "Kapoor and Narayanan, Leakage and the reproducibility crisis in machine-learning-based science, 2023"
)

MOST_GIVEN_AWAY = 0.2
"""A label stands in its own text by chance ("a positive surprise"), but not in one text of five."""


class Leakage:
    """Compares the two parts only where the user named them; the studio's own split keeps copies together."""

    def __init__(self, scene: Scene) -> None:
        self._index = NearIndex()
        self._rows, self._given_away = rows_array(), rows_array()
        self._questions = array("q")
        self._is_held_out = bytearray()
        self._labels = LabelCounts()

    def see(self, seen: Seen) -> None:
        if seen.part:
            self._rows.append(seen.row)
            self._questions.append(hash(seen.plain_question))
            self._is_held_out.append(seen.part == "held_out")
            self._index.add(seen.question)
        if self._labels.see(seen.answer) and _stands_in(seen.answer, seen.question):
            self._given_away.append(seen.row)

    def findings(self) -> list[Finding]:
        return [*self._between_parts(), *self._answers_given_away()]

    def _between_parts(self) -> list[Finding]:
        held_out = np.frombuffer(self._is_held_out, dtype=np.uint8).astype(bool)
        learned = {key for key, out in zip(self._questions, held_out, strict=True) if not out}
        exact = [at for at in np.flatnonzero(held_out).tolist() if self._questions[at] in learned]
        groups = self._index.groups()
        trained = {first for at, first in groups.items() if not held_out[at]}
        same = set(exact)
        near = [at for at, first in groups.items() if held_out[at] and first in trained and at not in same]
        found = []
        if exact:
            found.append(self._finding("exact", exact, "ask what is in the training rows, too"))
        if near:
            found.append(self._finding("near", near, "ask almost what is in the training rows"))
        return found

    def _finding(self, kind: str, members: list[int], what: str) -> Finding:
        rows = rows_array()
        rows.extend(self._rows[at] for at in members)
        held_out = "1 held-out row does" if len(rows) == 1 else f"{len(rows):,} held-out rows do"
        message = f"{held_out} not test the model: they {what}."
        hint = "Drop them, or the exam shows what was learned by heart."
        return Finding("warning", message, hint, rows, kind=kind, fix="drop")

    def _answers_given_away(self) -> list[Finding]:
        count, rows = len(self._given_away), self._labels.rows
        if not self._labels.are_labels or count < MOST_GIVEN_AWAY * rows:
            return []
        message = f"In {count:,} of {rows:,} rows the label stands in the text itself."
        hint = "Take it out of the text, unless finding it there is the task: the model would only copy it."
        return [Finding("warning", message, hint, self._given_away, kind="answer")]


def _stands_in(label: str, text: str) -> bool:
    """Say whether the label is there as whole words."""
    label, text = label.casefold().strip(), text.casefold()
    at = text.find(label) if len(label) > 2 else -1
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(label) : at + len(label) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = text.find(label, at + 1)
    return False


begin = Leakage
