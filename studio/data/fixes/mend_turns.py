"""Make conversations usable that were set aside for the order of their turns."""

from collections.abc import Mapping
from typing import Any

from studio.core.records import Record, SourcedRecord
from studio.data.checks.seen import Seen
from studio.data.formats import FORMATS
from studio.data.formats.cells import RowProblem
from studio.data.formats.turns import SPELLINGS, is_written_turns, role_of, turns_in
from studio.data.tables import SourceRow

TITLE = "Mend the turns"
ACTION = "Put the turns in order"
SUMMARY = (
    "Joins messages of one speaker that stand one behind the other, with an empty line between, and leaves "
    "out what the assistant says before the first question."
)
NEEDS_PASS = False
MENDS_SOURCE_ROWS = True
"""Its rows are no records yet: the caller reads them from the file again and asks `mend` for the record."""


class MendTurns:
    def see(self, seen: Seen) -> None:
        """What is mended are rows that became no record."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        return sourced


def begin(options: Mapping[str, str]) -> MendTurns:
    return MendTurns()


def mend(row: SourceRow, format_name: str, mapping: Mapping[str, str]) -> Record | None:
    """Return the record of a row whose turns were mended; None where that does not make it usable."""
    try:
        cells = {column: _mended(cell) for column, cell in row.cells.items()}
        return FORMATS[format_name].to_record(cells, mapping)
    except RowProblem:
        return None


def _mended(cell: Any) -> Any:
    """Return a cell with its turns in order, any other as it is. Raises RowProblem as `turns_in` does."""
    for role_key, text_key in SPELLINGS:
        is_written = is_written_turns(cell, role_key, text_key)
        turns = turns_in(cell, "conversation") if is_written else cell
        if _is_turns(turns, role_key, text_key):
            return _turns(turns, role_key, text_key)
    return cell


def _is_turns(cell: Any, role_key: str, text_key: str) -> bool:
    return (
        isinstance(cell, list)
        and bool(cell)
        and all(isinstance(turn, dict) and isinstance(turn.get(text_key), str) for turn in cell)
        and all(role_of(turn.get(role_key)) for turn in cell)
    )


def _turns(turns: list[dict[str, Any]], role_key: str, text_key: str) -> list[dict[str, Any]]:
    mended: list[dict[str, Any]] = []
    asks = any(role_of(turn[role_key]) == "user" for turn in turns)  # else it is the answer to a prompt
    for turn in turns:
        role = role_of(turn[role_key])
        spoken = [role_of(before[role_key]) for before in mended]
        if role == "assistant" and asks and "user" not in spoken:
            continue
        if spoken and spoken[-1] == role and role != "system":
            mended[-1] = {**mended[-1], text_key: f"{mended[-1][text_key]}\n\n{turn[text_key]}"}
        else:
            mended.append(turn)
    return mended
