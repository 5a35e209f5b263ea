"""Rows that are near copies as a whole, question and answer together: for the split and for leakage."""

from array import array

import numpy as np
from numpy.typing import NDArray

from studio.data.labels import LabelCounts
from studio.data.near import NearIndex
from studio.data.shingles import COMMON_ROWS


class WholeRows:
    """Takes rows one by one, compared as the check of near copies does it, and groups them at the end.

    With one word of ten replaced a short question is another one by itself; its answer shows that the row is
    a copy. Answers that show nothing do not count: labels, and one answer that makes more than `COMMON_ROWS`
    questions alike. Rows without an answer are not compared: their question is all there is.
    """

    def __init__(self) -> None:
        self._index = NearIndex()
        self._labels = LabelCounts()
        self._count = 0
        self._places = array("Q")
        self._questions, self._answers = array("q"), array("q")

    def add(self, question: str, answer: str, text: str) -> None:
        """Take the next row; `text` is all of it."""
        if answer:
            self._places.append(self._count)
            self._questions.append(hash(question))
            self._answers.append(hash(answer))
            self._labels.see(answer)
            self._index.add(text)
        self._count += 1

    def groups(self) -> dict[int, int]:
        """Return place -> place that its whole group shares, for every row that is nearly another."""
        near = {} if self._labels.are_labels else self._index.groups()
        if not near:
            return {}
        members, firsts = np.array(list(near)), np.array(list(near.values()))
        own = self._questions_alike(members, firsts) <= COMMON_ROWS
        pairs = zip(members[own].tolist(), firsts[own].tolist(), strict=True)
        return {self._places[at]: self._places[first] for at, first in pairs}

    def _questions_alike(self, members: NDArray[np.int64], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many different questions each one's group has with the same answer (members,)."""
        questions = np.frombuffer(self._questions, dtype=np.int64)[members]
        answers = np.frombuffer(self._answers, dtype=np.int64)[members]
        order = np.lexsort((questions, answers, firsts))
        is_new_answer = _changes(firsts[order]) | _changes(answers[order])
        is_new_question = is_new_answer | _changes(questions[order])
        kinds = np.cumsum(is_new_answer) - 1
        counts = np.empty(len(order), dtype=np.int64)
        counts[order] = np.bincount(kinds, weights=is_new_question)[kinds]
        return counts


def _changes(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each value whether it differs from the one before; the first one does."""
    return np.concatenate(([True], values[1:] != values[:-1]))
