"""The dialect of a text of rows: delimiter, quotation mark and escapes; and its lines, counted."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TextIO

from studio.core.errors import Refused
from studio.data.readers.broken_rows import MOST_LINES, Below, Traits

LONGEST_LINE = 16 * 1024**2
MOST_IN_VAIN = 20
"""Where no whole row was found behind so many broken ones, none is looked for any more."""
DOUBTFUL = "Behind the broken rows before it, this is a piece of one or unlike the other rows"
"""Why a row that may be whole is set aside."""

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

    def without_end(self, cells: list[str]) -> list[str]:
        """Return the cells without the empty one behind a delimiter at the end of the row."""
        return cells[:-1] if self.ends_at and len(cells) == self.ends_at + 1 and not cells[-1] else cells

    def whole_row(
        self, fit: Callable[[Sequence[str], str], bool]
    ) -> Callable[[list[str], Sequence[str]], bool]:
        """Return what tells whether cells, and the lines they stand on, are a row that is `fit`."""

        def is_whole(cells: list[str], lines: Sequence[str]) -> bool:
            return fit(self.without_end(cells), lines[0]) and self._is_strict(lines)

        return is_whole

    def _is_strict(self, lines: Sequence[str]) -> bool:
        """Return whether the quotation marks of a row are all in their places; pairs within one line pass."""
        text = "".join(lines)
        if len(lines) == 1 and self.quote * 2 not in text and text.count(self.quote) % 2 == 0:
            return True
        return _strict_row(self).fullmatch(text) is not None

    def opens_row(self, line: str) -> bool:
        """Return whether a line begins a row that goes on inside quotation marks; none of a text does."""
        return _open_row(self).fullmatch(line) is not None

    def _escaped(self, line: str) -> str:
        """Double every backslash that stands for itself; the csv module would swallow it."""
        special = {self.quote, "\\", self.delimiter, "\n", "\r"}
        return _ESCAPE.sub(lambda found: found[0] if found[1] in special else "\\" + found[0], line)


@lru_cache(maxsize=64)
def _strict_row(dialect: Dialect) -> re.Pattern[str]:
    cell, _ = _cells(dialect)
    return re.compile(rf"{cell}(?:{re.escape(dialect.delimiter)}{cell})*[\r\n]*", re.DOTALL)


@lru_cache(maxsize=64)
def _open_row(dialect: Dialect) -> re.Pattern[str]:
    """Match a line that ends inside the quotation marks of a cell which it opened."""
    cell, opened = _cells(dialect)
    return re.compile(rf"(?:{cell}{re.escape(dialect.delimiter)})*{opened}", re.DOTALL)


def _cells(dialect: Dialect) -> tuple[str, str]:
    """Return the patterns of a cell, and of one whose quotation mark is not closed."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    plain, marked = (
        (rf"[^{quote}\\]", rf"(?:{quote}{quote}|\\.)") if dialect.escapes else (rf"[^{quote}]", quote * 2)
    )
    space = " *" if dialect.spaced else ""
    opened = rf"{space}{quote}{plain}*+(?:{marked}{plain}*+)*+"
    return rf"(?:{opened}{quote}|[^{quote}{delimiter}\r\n]*)", opened


class Lines:
    """The lines of a text, counted; those that `is_comment` says so are passed over between rows.

    `taken` are those of the row that is being read.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.is_comment: Callable[[str], bool] = lambda line: False
        self.number = 0
        self.row_began = 0
        self.is_new_row = True
        self.first = self.last = ""
        self.taken: list[str] = []
        self._given_back: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while line := self.next_line():
            if self.is_new_row and self.is_comment(line):
                continue
            if self.is_new_row:
                self.row_began, self.first, self.is_new_row = self.number, line, False
                self.taken = []
            self.last = line
            self.taken.append(line)
            return line
        raise StopIteration

    def next_line(self) -> str:
        """Return the next line, whatever it is; "" at the end."""
        line = self._given_back.pop() if self._given_back else self._file.readline(LONGEST_LINE)
        self.number += bool(line)
        if len(line) == LONGEST_LINE:
            raise Refused(
                f"Line {self.number:,} is longer than {LONGEST_LINE:,} letters.",
                "A table has one row a line; save the file again with line ends.",
            )
        return line

    def give_back(self, kept: int) -> None:
        """Leave the row so many of the lines it took; the others are read again."""
        self.number -= len(self.taken) - kept
        self._given_back += reversed(self.taken[kept:])
        del self.taken[kept:]


class BrokenRow(csv.Error):
    """A row that runs on into those below it, of whose lines it had taken `lines`.

    `is_near_end`: the file ends before it can be told where the next row begins.
    """

    def __init__(self, error: csv.Error, lines: int, *, has_rows_below: bool, is_near_end: bool) -> None:
        super().__init__(*error.args)
        self.lines = lines
        self.has_rows_below = has_rows_below
        self.is_near_end = is_near_end


def rows_of(dialect: Dialect, lines: Lines, traits: Traits | None = None) -> Iterator[list[str] | csv.Error]:
    """Yield the cells of each row, or what is wrong with it; `lines` then tells which lines it stands on.

    With the `traits` of the table's rows, which it learns from, a broken row takes no row below it along.
    """
    reader = dialect.reader(lines)
    in_vain, is_doubtful = 0, False
    while True:
        lines.is_new_row = True
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if traits is not None and in_vain < MOST_IN_VAIN:
                error = _cut_off(error, dialect, lines, traits)
                in_vain = 0 if error.has_rows_below else in_vain + 1
                is_doubtful = error.is_near_end
            yield error
            reader = dialect.reader(lines)  # the old one has seen the end, where the row ran on to it
            continue
        if cells is None:
            return
        cells = dialect.without_end(cells)
        if traits is not None:
            is_long = len(cells) != traits.width and len(lines.taken) > 1
            if is_long and (cut := _within(dialect, lines, traits)):
                yield cut
                reader = dialect.reader(lines)
                continue
            is_doubtful = is_doubtful and not dialect.whole_row(traits.fit)(cells, lines.taken)
            traits.learn(cells, lines.first)
        yield csv.Error(DOUBTFUL) if is_doubtful else cells


def _cut_off(error: csv.Error, dialect: Dialect, lines: Lines, traits: Traits) -> BrokenRow:
    """Give back the lines that a broken row took along, from the next whole row on.

    Where none is like the rows before, any of their width does, unless the file ends first. Where none comes
    soon, reading goes on behind the line that told.
    """
    taken = len(lines.taken)
    below = Below(lines.taken, lines.next_line, dialect.reader)
    at = below.next_row(dialect.whole_row(traits.fit), taken + MOST_LINES)
    if at is None and not below.has_ended:
        at = below.next_row(dialect.whole_row(traits.is_as_wide), taken + MOST_LINES)
    cut = (place for place in range(1, at or taken) if dialect.opens_row(lines.taken[place]))
    lines.give_back(next(cut, at or taken))  # of two cut rows one behind the other, each is set aside
    is_near_end = at is None and below.has_ended
    return BrokenRow(error, taken, has_rows_below=at is not None, is_near_end=is_near_end)


def _within(dialect: Dialect, lines: Lines, traits: Traits) -> BrokenRow | None:
    """Like `_cut_off` for a row of a wrong width; None where it took no row along."""
    taken = len(lines.taken)
    below = Below(lines.taken, lines.next_line, dialect.reader, is_broken=False)
    at = below.next_row(dialect.whole_row(traits.fit), taken)
    lines.give_back(at or taken)
    return BrokenRow(csv.Error("runs on"), taken, has_rows_below=True, is_near_end=False) if at else None


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
