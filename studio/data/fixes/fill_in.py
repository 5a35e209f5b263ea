"""Make a row usable that was set aside, with what somebody typed for what is missing in it."""

import json
from collections.abc import Mapping

from studio.core.errors import Refused
from studio.core.records import SourcedRecord
from studio.data.blanks import filled
from studio.data.checks.seen import Seen
from studio.data.fixes.edit import row_in
from studio.data.formats import FORMATS
from studio.data.formats.cells import RowProblem
from studio.data.formats.sides import sides_of
from studio.data.tables import SourceRow

TITLE = "Manual entry"
ACTION = "Fill in by hand"
SUMMARY = "Shows these rows, to type in what is missing; a row that is whole then is used like the others."
NEEDS_PASS = False
MENDS_SOURCE_ROWS = True


class FillIn:
    """Options: `row` as the user's file counts it, and `texts`, a JSON object: place -> text."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._row, self._texts = row_in(options), _texts(options.get("texts", "{}"))

    def see(self, seen: Seen) -> None:
        """What is filled in is a row that became no record."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        return sourced

    def mend(self, row: SourceRow, format_name: str, mapping: Mapping[str, str]) -> SourcedRecord | None:
        """Return what the row becomes. Raises Refused where something is still missing in it."""
        if row.number != self._row:
            return None
        cells = filled(row, mapping, self._texts).cells
        try:
            record = FORMATS[format_name].to_record(cells, mapping)
            return SourcedRecord(row.number, record, *sides_of(cells, mapping))
        except RowProblem as problem:
            raise Refused(
                f"Row {row.number:,} cannot be used yet. {problem.message}",
                "Fill that in as well, or leave the row set aside.",
            ) from problem


def _texts(document: str) -> dict[str, str]:
    try:
        texts = json.loads(document)
    except ValueError:
        texts = None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Refused("What was typed did not arrive whole.", "Open the row and type it once more.")
    return texts


begin = FillIn
