"""A single column of text -> a Text; read and shown, while training waits for answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Text
from studio.data.formats.cells import text_of
from studio.data.formats.names import text_columns
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Plain text"
NEEDS = ("text",)
TAKES = ()


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    written = text_columns(columns, rows)
    return Guess({"text": written[0]}) if len(written) == 1 else None


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Text:
    """Return the text of a row. Raises RowProblem where it is blank."""
    return Text(text_of(cells, mapping["text"], "text"))
