"""The dialect of a text of rows: delimiter, quotation mark and escapes; and its lines, counted."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO

from studio.core.errors import Refused

LONGEST_LINE = 16 * 1024**2

_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`escapes`: a backslash stands before quotation marks inside a cell; `spaced`: a space before each.

    `ends_at`: rows end in a delimiter that the header of so many cells has not; 0: they do not.
    """

    delimiter: str
    quote: str = '"'
    escapes: bool = False
    spaced: bool = False
    ends_at: int = 0

    def reader(self, lines: Iterator[str]) -> "csv._reader":
        escaped = (self._escaped(line) for line in lines) if self.escapes else lines
        return csv.reader(
            escaped,
            delimiter=self.delimiter,
            quotechar=self.quote,
            doublequote=True,
            escapechar="\\" if self.escapes else None,
            skipinitialspace=self.spaced,
            strict=True,
        )

    def _escaped(self, line: str) -> str:
        """Double every backslash that stands for itself; the csv module would swallow it."""
        special = {self.quote, "\\", self.delimiter, "\n", "\r"}
        return _ESCAPE.sub(lambda found: found[0] if found[1] in special else "\\" + found[0], line)


class Lines:
    """The lines of a text, counted; those that `is_comment` says so are passed over between rows."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.is_comment: Callable[[str], bool] = lambda line: False
        self.number = 0
        self.row_began = 0
        self.is_new_row = True
        self.first = self.last = ""

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while line := self._file.readline(LONGEST_LINE):
            self.number += 1
            if len(line) == LONGEST_LINE:
                raise Refused(
                    f"Line {self.number:,} is longer than {LONGEST_LINE:,} letters.",
                    "A table has one row a line; save the file again with line ends.",
                )
            if self.is_new_row and self.is_comment(line):
                continue
            if self.is_new_row:
                self.row_began, self.first, self.is_new_row = self.number, line, False
            self.last = line
            return line
        raise StopIteration


def rows_of(dialect: Dialect, lines: Lines) -> Iterator[list[str] | csv.Error]:
    """Yield the cells of each row, or what is wrong with it; `lines` then tells which lines it stands on."""
    reader = dialect.reader(lines)
    while True:
        lines.is_new_row = True
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield error
            continue
        if cells is None:
            return
        if dialect.ends_at and len(cells) == dialect.ends_at + 1 and not cells[-1]:
            cells.pop()
        yield cells


def is_comment_of(dialect: Dialect, width: int) -> Callable[[str], bool]:
    """Return what tells comment lines between rows: they begin with # and are no row of this width."""

    def is_comment(line: str) -> bool:
        if not line.startswith("#"):
            return False
        try:
            return len(next(dialect.reader(iter([line])), ())) != width
        except csv.Error:
            return True

    return is_comment
