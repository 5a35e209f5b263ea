"""Rows that say almost what an earlier row says: a few words changed, or only case and white space."""

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts
from studio.data.near import NearIndex

TITLE = "Near copies"
SOURCE = "Broder, On the resemblance and containment of documents, 1997"


class NearDuplicates:
    """Exact copies are the business of another check: of each digest only the first row is compared.

    Where the answers are labels, the texts alone are: one long label makes any two short texts alike.
    """

    def __init__(self, scene: Scene) -> None:
        self._index = NearIndex()
        self._labels = LabelCounts()
        self._questions: NearIndex | None = NearIndex()
        self._rows = rows_array()
        self._known: set[int] = set()

    def see(self, seen: Seen) -> None:
        digest = int.from_bytes(seen.digest[:8])
        if digest not in self._known:
            self._known.add(digest)
            self._rows.append(seen.row)
            self._index.add(seen.text)
            if self._questions is not None and self._labels.see(seen.answer):
                self._questions.add(seen.question)
            else:
                self._questions = None

    def findings(self) -> list[Finding]:
        """List the later ones; the first of each kind stays."""
        is_labelled = self._questions is not None and self._labels.are_labels
        groups = (self._questions if is_labelled else self._index).groups()
        rows = rows_array()
        rows.extend(self._rows[at] for at, first in groups.items() if at != first)
        count = len(rows)
        if not count:
            return []
        message = f"{count:,} {'row says' if count == 1 else 'rows say'} almost the same as an earlier one."
        hint = "Look at a few, then keep one of each; copies are learned more often than other rows."
        return [Finding("warning", message, hint, rows, fix="keep_one")]


begin = NearDuplicates
