"""Held-out rows that are no test: the same was learned, or the answer stands in the question."""

from array import array
from collections.abc import Mapping

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts
from studio.data.near import QUESTION_ENDS, NearIndex
from studio.data.whole_rows import WholeRows

TITLE = "Leakage"
SOURCE = (
    "Kapoor and Narayanan, Leakage and the reproducibility crisis in machine-learning-based science, 2023"
)

MOST_GIVEN_AWAY = 0.2
"""A label stands in its own text by chance ("a positive surprise"), but not in one text of five."""

_NO_GROUP = -1
"""Python gives no text this hash."""


class Leakage:
    """Compares the two parts only where the user named them; the studio's own split keeps copies together."""

    def __init__(self, scene: Scene) -> None:
        self._index = NearIndex()
        self._whole = WholeRows()
        self._rows, self._given_away = rows_array(), rows_array()
        self._questions, self._groups = array("q"), array("q")
        self._is_held_out = bytearray()
        self._labels = LabelCounts()

    def see(self, seen: Seen) -> None:
        if seen.part:
            self._rows.append(seen.row)
            self._questions.append(hash(seen.plain_question.strip(QUESTION_ENDS)))
            self._groups.append(hash(seen.group) if seen.group else _NO_GROUP)
            self._is_held_out.append(seen.part == "held_out")
            self._index.add(seen.question)
            self._whole.add(seen.plain_question, seen.answer, seen.text)
        if self._labels.see(seen.answer) and _stands_in(seen.answer, seen.question):
            self._given_away.append(seen.row)

    def findings(self) -> list[Finding]:
        return [*self._between_parts(), *self._answers_given_away()]

    def _between_parts(self) -> list[Finding]:
        exact = self._shared(self._questions)
        near = self._learned(self._index.groups()) | self._learned(self._whole.groups())
        near.difference_update(exact)
        found = []
        if exact:
            found.append(self._finding("exact", exact, "ask the same"))
        if near:
            found.append(self._finding("near", sorted(near), "ask or say almost the same"))
        known = set(exact) | near
        related = [at for at in self._shared(self._groups) if at not in known]
        return [*found, *self._of_known_groups(related)]

    def _shared(self, keys: "array[int]") -> list[int]:
        """Return the held-out members whose key a training row has as well."""
        sides = zip(keys, self._is_held_out, strict=True)
        learned = {key for key, is_held_out in sides if not is_held_out} - {_NO_GROUP}
        held_out = (at for at, is_held_out in enumerate(self._is_held_out) if is_held_out)
        return [at for at in held_out if keys[at] in learned]

    def _of_known_groups(self, members: list[int]) -> list[Finding]:
        if not members:
            return []
        rows = rows_array()
        rows.extend(self._rows[at] for at in members)
        are = "1 held-out row is" if len(rows) == 1 else f"{len(rows):,} held-out rows are"
        message = f"{are} of a group that training rows are of as well."
        hint = (
            "The exam then says little about new groups; drop these rows, or choose no column for the split."
        )
        return [Finding("note", message, hint, rows, kind="group")]

    def _learned(self, groups: Mapping[int, int]) -> set[int]:
        """Return the held-out members of all groups (member -> name) that have a training row as well."""
        trained = {group for at, group in groups.items() if not self._is_held_out[at]}
        return {at for at, group in groups.items() if self._is_held_out[at] and group in trained}

    def _finding(self, kind: str, members: list[int], what: str) -> Finding:
        rows = rows_array()
        rows.extend(self._rows[at] for at in members)
        held_out = "1 held-out row does" if len(rows) == 1 else f"{len(rows):,} held-out rows do"
        message = f"{held_out} not test the model: the training rows {what}."
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
