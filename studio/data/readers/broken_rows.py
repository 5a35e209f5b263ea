"""Where the next row begins behind a broken one: a row cut inside quotation marks runs on into those below.

The lines that it took are gone through for the first that begins a whole row: as wide as the others, its
quotation marks closed, like the rows read so far, and followed by such rows. Lines of a text are seldom that.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

ROWS_LEARNED_FROM = 500
FEWEST_ROWS = 5
"""From so many rows on, what all of them have in common is asked of a row that begins below a broken one."""
MOST_UNLIKE = 0.1
ROWS_FOLLOWED = 3
"""So many rows must be whole from a line on, or all up to where the broken row was noticed."""
MOST_LINES = 300
"""A row that could begin below a broken one is not followed over more lines."""

IsWhole = Callable[[list[str], Sequence[str]], bool]
"""Says of cells, and of the lines they stand on, whether they are a row as others are."""

_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*")


class Traits:
    """What nearly all rows seen so far have in common, where they have `width` cells."""

    def __init__(self, width: int, quote: str) -> None:
        self.width = width
        self._quote = quote
        self._rows = self._quoted = 0
        self._numbers, self._spaced, self._empty = [0] * width, [0] * width, [0] * width

    def learn(self, cells: Sequence[str], first_line: str) -> None:
        if self._rows == ROWS_LEARNED_FROM or len(cells) != self.width:
            return
        self._rows += 1
        self._quoted += first_line.startswith(self._quote)
        for at, cell in enumerate(cells):
            self._numbers[at] += _is_number(cell)
            self._spaced[at] += cell[:1].isspace()
            self._empty[at] += not cell.strip()

    def is_as_wide(self, cells: Sequence[str], first_line: str) -> bool:
        return len(cells) == self.width

    def fit(self, cells: Sequence[str], first_line: str) -> bool:
        """Return whether a row is like the others; of too few, only the width is known."""
        if len(cells) != self.width or self._rows < FEWEST_ROWS:
            return len(cells) == self.width
        if self._all_but_few(self._quoted) and not first_line.startswith(self._quote):
            return False
        return all(
            (_is_number(cell) or not self._all_but_few(self._numbers[at]))
            and not (cell[:1].isspace() and self._is_rare(self._spaced[at]))
            and (bool(cell.strip()) or not self._is_rare(self._empty[at]))
            for at, cell in enumerate(cells)
        )

    def _is_rare(self, rows: int) -> bool:
        return rows <= MOST_UNLIKE * self._rows

    def _all_but_few(self, rows: int) -> bool:
        return self._is_rare(self._rows - rows)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


class Below:
    """The lines from a broken row on: `taken` are those that it took, and grow where more are looked at."""

    def __init__(
        self,
        taken: list[str],
        more: Callable[[], str],
        rows: Callable[[Iterator[str]], Iterator[list[str]]],
        *,
        is_broken: bool = True,
    ) -> None:
        """`more` gives the next line of the file, "" at its end; `rows` the rows that stand on lines.

        `is_broken`: the last line taken told that; else the row ends in it and has but a wrong width.
        """
        self._taken, self._more, self._rows = taken, more, rows
        self._noticed = len(taken) - is_broken
        self.has_ended = False

    def next_row(self, is_whole: IsWhole, most: int) -> int | None:
        """Return how many lines stand before the next whole row; None where none begins within so many."""
        for at in range(1, most):
            if at == len(self._taken) and not self._grow():
                return None
            if self._begins_row(at, is_whole):
                return at
        return None

    def _begins_row(self, at: int, is_whole: IsWhole) -> bool:
        lines = _Counted(self._lines_from(at))
        rows = self._rows(lines)
        before = 0
        for _ in range(ROWS_FOLLOWED):
            if before and at + before >= self._noticed:
                return True
            try:
                cells = next(rows, None)
            except csv.Error:
                return False
            if cells is None:
                return before > 0
            if not is_whole(cells, self._taken[at + before : at + lines.count]):
                return False
            before = lines.count
        return True

    def _lines_from(self, at: int) -> Iterator[str]:
        for place in range(at, at + MOST_LINES):
            if place == len(self._taken) and not self._grow():
                return
            yield self._taken[place]

    def _grow(self) -> bool:
        line = self._more()
        if line:
            self._taken.append(line)
        self.has_ended = not line
        return bool(line)


class _Counted(Iterator[str]):
    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.count = 0

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        return line
