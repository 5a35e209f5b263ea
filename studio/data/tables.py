"""What a reader makes of a file: named columns and numbered rows, the first station of the path."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.core.report import Issue


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as the file has it.

    `number` is the 1-based line it starts on (text files), its item (JSON) or row (Parquet, Excel).
    `problem` says why the row could not be read; its cells are then empty, and it is set aside. `raw` is what
    stands there instead, its first letters, where the reader can show it.
    Cells of CSV and Excel files are text, as written: `007` stays `007`.
    """

    number: int
    cells: Mapping[str, Any]
    problem: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Table:
    """An opened file. `rows` can be gone through once, and raises StudioError where the rest cannot be read.

    `columns` are those of the header; for JSON those of the first `COLUMNS_SEEN_IN` rows. `share_read` says
    how much of the file is behind, from 0 to 1; None where a reader does not know.
    """

    file_type: str
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    notes: tuple[Issue, ...] = ()
    share_read: Callable[[], float] | None = None


COLUMNS_SEEN_IN = 1000
"""Rows of a JSON file that are looked at for the names of its columns."""

MOST_COLUMNS = 1000

RAW_LETTERS = 2000
"""Of a row that could not be read so much is kept, to be shown beside what is typed in its place."""

MOST_CELL_CHARACTERS = 1_000_000
"""A longer cell is no example that a model could learn from: its row is set aside."""


def file_note(check: str, message: str, hint: str) -> Issue:
    """Return a note about the whole file, which counts as one finding and names no row."""
    return Issue(check, "note", 1, (), message, hint)
