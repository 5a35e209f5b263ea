"""Pairs that say of the same two answers both that one and that the other is better, and circles of pairs."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from studio.core.records import Preference
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that
from studio.data.near import normalise

TITLE = "Contradicting votes"
SOURCE = "Condorcet, Essai sur l'application de l'analyse, 1785 (circles)"

Edge = tuple[int, int]
"""A better and a worse answer, each as its hash."""


class ContradictingVotes:
    """Keeps a hash of each question and of both answers."""

    def __init__(self, scene: Scene) -> None:
        self._rows = rows_array()
        self._questions, self._better, self._worse = array("q"), array("q"), array("q")

    def see(self, seen: Seen) -> None:
        record = seen.record
        if not isinstance(record, Preference):
            return
        better, worse = hash(seen.plain_answer), hash(normalise(record.rejected))
        if better == worse:
            return  # the check of conflicting answers names it
        self._rows.append(seen.row)
        self._questions.append(hash(seen.plain_question))
        self._better.append(better)
        self._worse.append(worse)

    def findings(self) -> list[Finding]:
        outvoted, undecided, circular = rows_array(), rows_array(), rows_array()
        for edges in self._by_question():
            contradicted = {(better, worse) for better, worse in edges if (worse, better) in edges}
            for better, worse in contradicted:
                own, others = edges[better, worse], edges[worse, better]
                if len(own) == len(others):
                    undecided.extend(own)
                elif len(own) < len(others):
                    outvoted.extend(own)
            rest = {edge: rows for edge, rows in edges.items() if edge not in contradicted}
            for edge in _circles(rest):
                circular.extend(rest[edge])
        return [*_outvoted(outvoted), *_undecided(undecided), *_circular(circular)]

    def _by_question(self) -> Iterator[Mapping[Edge, list[int]]]:
        """Yield for each question with several pairs which rows say what is better than what."""
        questions = np.frombuffer(self._questions, dtype=np.int64)
        order = np.argsort(questions, kind="stable")
        _, starts, counts = np.unique(questions[order], return_index=True, return_counts=True)
        several = counts > 1
        for start, count in zip(starts[several].tolist(), counts[several].tolist(), strict=True):
            yield self._edges(order[start : start + count])

    def _edges(self, places: NDArray[np.int64]) -> Mapping[Edge, list[int]]:
        edges: dict[Edge, list[int]] = defaultdict(list)
        for at in places.tolist():
            edges[self._better[at], self._worse[at]].append(self._rows[at])
        return dict(edges)


def _circles(edges: Mapping[Edge, object]) -> list[Edge]:
    """Return the edges from whose worse answer pairs lead back to their better one."""
    if len(edges) < 3:
        return []
    worse_than: dict[int, set[int]] = defaultdict(set)
    for better, worse in edges:
        worse_than[better].add(worse)
    return [(better, worse) for better, worse in edges if better in _reached(worse, worse_than)]


def _reached(start: int, worse_than: Mapping[int, set[int]]) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        further = worse_than.get(waiting.pop(), set()) - found
        found |= further
        waiting.extend(further)
    return found


def _outvoted(rows: "array[int]") -> list[Finding]:
    if not rows:
        return []
    message = f"{rows_that(len(rows), 'prefers', 'prefer')} an answer that more rows hold for worse."
    hint = "Drop them to keep what most say, or look at them: both ways are learned, and undo each other."
    return [Finding("warning", message, hint, _ordered(rows), kind="outvoted", fix="drop")]


def _undecided(rows: "array[int]") -> list[Finding]:
    if not rows:
        return []
    message = f"{rows_that(len(rows), 'prefers', 'prefer')} an answer that as many others hold for worse."
    hint = "Drop these rows, or decide which answer is better: such votes cancel each other out."
    return [Finding("warning", message, hint, _ordered(rows), kind="undecided", fix="drop")]


def _circular(rows: "array[int]") -> list[Finding]:
    if not rows:
        return []
    message = f"{rows_that(len(rows), 'is', 'are')} part of a circle: A beats B, B beats C, and C beats A."
    hint = "Look at them side by side, and drop the rows that are wrong: no order of the answers fits all."
    return [Finding("note", message, hint, _ordered(rows), kind="circle", fix="drop")]


def _ordered(rows: "array[int]") -> "array[int]":
    return array(rows.typecode, sorted(rows))


begin = ContradictingVotes
