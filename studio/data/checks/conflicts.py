"""The same question with different answers, or one answer as the better and the worse: it teaches neither."""

from array import array

import numpy as np
from numpy.typing import NDArray

from studio.core.records import Preference, Rated, Text
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts
from studio.data.near import QUESTION_ENDS, NearIndex, normalise
from studio.data.sketches import Likeness

TITLE = "Conflicting answers"
SOURCE = ""

NEITHER_BETTER = "neither_better"
"""Kind of the finding of pairs whose two answers are one and the same."""

_ALIKE = Likeness(whole=0.75, distinctive=0.65, short=0.85, edited_whole=0.75, contained=0.85)
"""Stricter than for copies: another answer to another question is no conflict."""


class Conflicts:
    """Keeps a hash of each question and of each answer.

    Questions that are only almost the same are compared where the answers are labels: two long answers to
    two similar questions are what a good file is full of.
    """

    def __init__(self, scene: Scene) -> None:
        self._rows, self._undecided = rows_array(), rows_array()
        self._questions, self._answers = array("q"), array("q")
        self._labels = LabelCounts()
        self._near: NearIndex | None = NearIndex(_ALIKE)

    def see(self, seen: Seen) -> None:
        record = seen.record
        if isinstance(record, Preference) and seen.plain_answer == normalise(record.rejected):
            self._undecided.append(seen.row)
        sides = _sides(seen)
        if sides is None:
            return
        question, answer = sides
        self._rows.append(seen.row)
        self._questions.append(hash(question))
        self._answers.append(hash(answer))
        if self._near is not None and self._labels.see(answer):
            self._near.add(question)
        else:
            self._near = None

    def findings(self) -> list[Finding]:
        return [*self._between_rows(), *_undecided_finding(self._undecided)]

    def _between_rows(self) -> list[Finding]:
        questions = np.frombuffer(self._questions, dtype=np.int64)
        answers = np.frombuffer(self._answers, dtype=np.int64)
        rows = np.frombuffer(self._rows, dtype=np.uint64)
        if not len(rows):
            return []
        exact = _members(_firsts(questions), answers)
        found = [_finding(exact, _firsts(questions), rows)] if len(exact) else []
        if self._near is None or not self._labels.are_labels:
            return found
        firsts = np.arange(len(rows))
        for at, first in self._near.groups().items():
            firsts[at] = first
        near = np.setdiff1d(_members(firsts, answers), exact)
        return [*found, _near_finding(near, rows)] if len(near) else found


def _sides(seen: Seen) -> tuple[str, str] | None:
    """Return what is asked and what is answered; None where several answers are as they should be."""
    record = seen.record
    if isinstance(record, Preference | Text):
        return None
    if isinstance(record, Rated):
        return normalise(f"{seen.question}\n{record.completion}"), str(record.label)
    question = seen.plain_question.strip(QUESTION_ENDS)
    return (question, seen.plain_answer) if question else None


def _firsts(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each index the first index with the same key."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first[inverse]


def _members(firsts: NDArray[np.int64], answers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indexes whose group holds more than one answer, in the order of the file."""
    differs = answers != answers[firsts]
    mixed = np.zeros(len(firsts), dtype=bool)
    mixed[firsts[differs]] = True
    return np.flatnonzero(mixed[firsts])


def _finding(members: NDArray[np.int64], firsts: NDArray[np.int64], rows: NDArray[np.uint64]) -> Finding:
    starts = np.unique(firsts[members])
    many = len(starts)
    message = (
        f"{many:,} {'question has' if many == 1 else 'questions have'} different answers "
        f"in {len(members):,} rows."
    )
    hint = "Keep the right answer of each, or drop these rows: the model would learn neither."
    stays = rows_array()
    stays.extend(rows[starts].tolist())
    return Finding("warning", message, hint, _array(rows[members]), fix="keep_one", stays=stays)


def _near_finding(members: NDArray[np.int64], rows: NDArray[np.uint64]) -> Finding:
    message = f"{len(members):,} rows ask almost the same and have different labels."
    hint = "Look at them side by side; one of the labels may be wrong."
    return Finding("note", message, hint, _array(rows[members]), kind="near", fix="drop")


def _undecided_finding(rows: "array[int]") -> list[Finding]:
    if not rows:
        return []
    has = "1 row has" if len(rows) == 1 else f"{len(rows):,} rows have"
    message = f"{has} one and the same text as the better and as the worse answer."
    hint = "Drop these rows, or correct one of the two answers: there is nothing to prefer in them."
    return [Finding("warning", message, hint, rows, kind=NEITHER_BETTER, fix="drop")]


def _array(rows: NDArray[np.uint64]) -> "array[int]":
    found = rows_array()
    found.frombytes(rows.tobytes())
    return found


begin = Conflicts
