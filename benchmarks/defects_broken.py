"""Files with rows that no record can be made of, and how many of these rows the studio names as such."""

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from benchmarks.defects_measures import Score
from benchmarks.defects_notations import Notation, Rows
from benchmarks.defects_planting import Planting, Row
from benchmarks.defects_runs import QUESTIONS, RATES
from benchmarks.defects_sets import SETS, Cells, question_rows
from studio.core.records import SourcedRecord
from studio.data.readers import read_table
from studio.data.reading import reading_of
from studio.data.row_pass import ROWS_TO_GUESS_FROM, Conditions, RowPass

SET_ASIDE_BY = ("unusable", "incomplete")

Break = Callable[[random.Random, str], str]
"""Takes the text of a row as the file has it; returns it with a defect."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One kind of row that cannot be used. `rows_of` gives the clean rows of a set by its name."""

    name: str
    check: str
    change: Break
    notation: Notation
    rows_of: Callable[[str], Rows] = question_rows
    mapping: Mapping[str, str] = field(default_factory=lambda: QUESTIONS)

    def measure(self, rounds: int) -> Score:
        """Count broken rows that are named, and sound ones that are named or lost with a broken one."""
        score = Score()
        for name in SETS:
            written = [{"row": self.notation.write(row)} for row in self.rows_of(name)]
            before = self._read([cells["row"] for cells in written]).not_kept
            score += Score(named_before=len(before))
            for rate in RATES:
                for turn in range(rounds if rate else 1):
                    source = random.Random(f"{self.name} {name} {rate} {turn}")
                    wanted = max(1, round(rate * len(written))) if rate else 0
                    score += self.score(Planting(self._broken).into(written, wanted, source, before), before)
        return score

    def _broken(self, source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
        return {"row": self.change(source, cells["row"])}

    def score(self, rows: Sequence[Row], before: set[int]) -> Score:
        """Count in one file; rows that were unusable `before` anything was planted count as neither."""
        found = self._read([row.cells["row"] for row in rows])
        planted = {at for at, row in enumerate(rows) if row.is_planted}
        clean = {at for at, row in enumerate(rows) if not row.is_planted and row.origin not in before}
        false = len(clean & found.not_kept) + found.made_up
        return Score(len(planted), len(planted & found.named), len(clean), false)

    def _read(self, rows: Sequence[str]) -> "_Found":
        """Write the rows as a file and read it as the studio does."""
        kept: list[SourcedRecord] = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"rows{self.notation.ending}"
            path.write_text(self.notation.file(rows), encoding="utf-8", newline="")
            table = read_table(path, path.name)
            first = tuple(islice(table.rows, ROWS_TO_GUESS_FROM))
            reading = reading_of(table, first, self.mapping)
            row_pass = RowPass(table, reading, Conditions(), checks=SET_ASIDE_BY)
            row_pass.go(chain(first, table.rows), kept, path.stat().st_size)
        places = {number: at for at, number in enumerate(self.notation.numbers(rows))}
        found = chain.from_iterable(watch.findings() for watch in row_pass.checkup.watches.values())
        named = {places.get(number, -1) for finding in found for number in finding.rows}
        read = [places.get(sourced.row, -1) for sourced in kept]
        return _Found(set(range(len(rows))).difference(read), named, read.count(-1))


@dataclass(frozen=True, slots=True)
class _Found:
    """Places of rows: those that no record was made of, and those named for it.

    `made_up`: records of lines on which no row begins, inside of a cell whose row is broken.
    """

    not_kept: set[int]
    named: set[int]
    made_up: int
