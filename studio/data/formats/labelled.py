"""A text and what it is sorted as -> a Labelled; it is learned as a question whose answer is the label."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Labelled
from studio.data.formats.cells import checked_text, text_of
from studio.data.formats.names import ANSWERS, LABELS, QUESTIONS, TEXTS, exactly, find, text_columns
from studio.data.formats.sides import name_of
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Texts with labels"
NEEDS = ("text", "label")
TAKES = ()

_LONGEST_LABEL = 80


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    """Go by a column of labels, and by no other column being an answer."""
    label = exactly(columns, LABELS)
    rest = [column for column in columns if column != label]
    if label is None or find(rest, ANSWERS) is not None or not _holds_labels(label, rows):
        return None
    text = exactly(rest, TEXTS) or exactly(rest, QUESTIONS)
    if text is not None:
        return Guess({"text": text, "label": label})
    written = text_columns(rest, rows)
    if len(written) != 1:
        return None
    note = f"“{written[0]}” was taken for the text and “{label}” for its label."
    return Guess({"text": written[0], "label": label}, note)


def _holds_labels(column: str, rows: Sequence[SourceRow]) -> bool:
    cells = [row.cells[column] for row in rows if row.cells.get(column) not in (None, "")]
    labels = [cell for cell in cells if isinstance(cell, str | int) and len(str(cell)) <= _LONGEST_LABEL]
    return bool(labels) and len(labels) * 2 > len(cells)


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Labelled:
    """Return the text and its label; a whole number or a yes or no is a label like any other.

    Raises RowProblem where one of them is blank or cannot be read.
    """
    text = text_of(cells, mapping["text"], "text")
    return Labelled(text, checked_text(name_of(cells, mapping["label"], "label"), "label"))
