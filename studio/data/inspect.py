"""A file, from its bytes to checked records and the report on it: the Data step in one call, in one pass."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from studio.core.errors import Refused, StudioError
from studio.core.records import SourcedRecord, first_view
from studio.core.report import DatasetReport, Issue
from studio.data.checks import CHECKS, Scene, SetAside
from studio.data.checks.lengths import LengthWatch
from studio.data.checkup import Checkup
from studio.data.formats.cells import RowProblem
from studio.data.readers import read_table
from studio.data.readiness import training_refusal
from studio.data.reading import Reading, reading_of
from studio.data.tables import SourceRow, Table
from studio.data.templates import ChatTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["Conditions", "Inspection", "RecordSink", "Stopped", "inspect", "training_refusal"]

ROWS_TO_GUESS_FROM = 200
ROWS_SHOWN = 20
FIRST_ROWS, FIRST_SECONDS = 1000, 1.0
"""So many rows, or those of so long, are checked for themselves, for the first findings on a large file."""
ROWS_BETWEEN_LOOKS = 200
"""After so many rows the pass says how far it is and asks whether to go on."""


class RecordSink(Protocol):
    """Where the records go, one by one; a list is one."""

    def append(self, sourced: SourcedRecord, /) -> None: ...


class Stopped(Exception):
    """The pass was told to stop; what the sink got so far is a part of the file and of no use."""


@dataclass(frozen=True)
class Conditions:
    """What a file is checked against, and who watches.

    Lengths need a `tokenizer`. `progress` gets (rows done, share done, a report on the first rows or None)
    every few rows; `should_stop` is asked as often.
    """

    tokenizer: "PreTrainedTokenizerBase | None" = None
    max_length: int = 512
    held_out_percent: float = 12.0
    seed: int = 0
    progress: Callable[[int, float, DatasetReport | None], None] | None = None
    should_stop: Callable[[], bool] | None = None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Inspection:
    """`rows` are the first rows as the file has them, for a preview while no column is mapped."""

    report: DatasetReport
    rows: tuple[SourceRow, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


def inspect(
    path: Path,
    name: str,
    *,
    sink: RecordSink | None = None,
    mapping: Mapping[str, str] | None = None,
    conditions: Conditions | None = None,
) -> Inspection:
    """Read a file, guess or apply its mapping, check what it holds, and hand every record to the sink.

    A file that cannot be used is reported with the verdict `reject`; what the sink got is then of no use.
    Without a sink the records are only checked. Raises Refused only where there is no such file, or where
    the given mapping does not fit it; Stopped where it was told to stop.
    """
    if not os.path.exists(path):  # Path.exists would raise on a name that is too long
        raise Refused(f"There is no file {name}.", "Check its name and place.")
    conditions = conditions or Conditions()
    table = None
    try:
        table = read_table(path, name)
        first = tuple(islice(table.rows, ROWS_TO_GUESS_FROM))
    except StudioError as error:
        return Inspection(_rejection(error, table))
    once = _Pass(table, reading_of(table, first, mapping), conditions)
    try:
        once.go(chain(first, _readable(table.rows)), sink, path.stat().st_size)
    except _UnreadableRest as error:
        return Inspection(_rejection(error.reason, table))
    report = once.report(once.checkup)
    return Inspection(report, first[:ROWS_SHOWN], tuple(once.checkup.scene.set_aside))


class _UnreadableRest(Exception):
    """The file cannot be read to its end; not to be confused with what a sink raises."""

    def __init__(self, reason: StudioError) -> None:
        super().__init__(reason.message)
        self.reason = reason


def _readable(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    try:
        yield from rows
    except StudioError as error:
        raise _UnreadableRest(error) from error


class _Pass:
    """The one way through a file; `_early` sees the first rows only, and is asked while the rest is read."""

    def __init__(self, table: Table, reading: Reading, conditions: Conditions) -> None:
        self._table = table
        self._reading = reading
        self._conditions = conditions
        tokenizer = conditions.tokenizer
        self._template = ChatTemplate(tokenizer) if tokenizer is not None else None
        self._first: Mapping[str, Any] | None = None
        self.checkup = self._begin()
        self._early = self._begin() if conditions.progress is not None else None
        self._partial: DatasetReport | None = None
        self._began = conditions.clock()

    def _begin(self) -> Checkup:
        scene = Scene(
            template=self._template,
            max_length=self._conditions.max_length,
            format=self._reading.format,
            has_groups="group" in self._reading.mapping,
            held_out_percent=self._conditions.held_out_percent,
            seed=self._conditions.seed,
        )
        # While nobody has said what the columns are, only the reading itself can be judged.
        return Checkup(scene, CHECKS if self._reading.format else ("unusable",))

    def go(self, rows: Iterable[SourceRow], sink: RecordSink | None, file_bytes: int) -> None:
        """Turn every row into a record for the sink and the checks, or set it aside.

        While no column is mapped, every row that can be read is kept and none becomes a record.
        """
        position = _Position(self._table, file_bytes)
        for done, row in enumerate(rows, start=1):
            position.note(row)
            self._row(row, sink)
            if done % ROWS_BETWEEN_LOOKS == 0:
                self._look(done, position.share(done))

    def _look(self, done: int, share: float) -> None:
        is_time = done >= FIRST_ROWS or self._conditions.clock() - self._began >= FIRST_SECONDS
        if self._early is not None and is_time:
            self._partial, self._early = self.report(self._early), None
        if self._conditions.progress is not None:
            self._conditions.progress(done, share, self._partial)
        if self._conditions.should_stop is not None and self._conditions.should_stop():
            raise Stopped

    def _row(self, row: SourceRow, sink: RecordSink | None) -> None:
        checkups = (self.checkup,) if self._early is None else (self.checkup, self._early)
        try:
            if row.problem:
                raise RowProblem("unusable", row.problem)
            sourced = self._reading.record(row) if self._reading.format else None
        except RowProblem as problem:
            for checkup in checkups:
                checkup.set_aside(row.number, problem.check, problem.message)
            return
        for checkup in checkups:
            checkup.see(sourced)
        if sourced is None:
            return
        if self._first is None:
            self._first = first_view(sourced.record)
        if sink is not None:
            sink.append(sourced)

    def report(self, checkup: Checkup) -> DatasetReport:
        """Ask the checks what they found; once for each checkup."""
        kept, set_aside = checkup.kept, len(checkup.scene.set_aside)
        issues = [*self._table.notes, *self._reading.notes, *checkup.issues()]
        if kept == 0:
            issues.insert(0, _nothing_usable(set_aside))
        lengths = checkup.watches.get("lengths")
        return DatasetReport(
            verdict="reject" if kept == 0 else "note" if issues else "accept",
            file_type=self._table.file_type,
            format=self._reading.format,
            total=kept + set_aside,
            kept=kept,
            set_aside=set_aside,
            columns=self._table.columns,
            mapping=self._reading.mapping,
            first=self._first,
            lengths=lengths.summary() if isinstance(lengths, LengthWatch) else None,
            issues=tuple(issues),
            figures=checkup.figures(),
            charts=checkup.charts(),
        )


class _Position:
    """How far into the file the pass is. A reader that knows says so; else the rows so far are measured."""

    _EVERY = 50

    def __init__(self, table: Table, file_bytes: int) -> None:
        self._told = table.share_read
        self._file_bytes = max(1, file_bytes)
        self._rows = self._measured = self._characters = 0

    def note(self, row: SourceRow) -> None:
        self._rows += 1
        if self._told is None and self._rows % self._EVERY == 1:
            self._measured += 1
            self._characters += len(str(row.cells))

    def share(self, done: int) -> float:
        if self._told is not None:
            return self._told()
        return min(0.99, done * self._characters / max(1, self._measured) / self._file_bytes)


def _nothing_usable(total: int) -> Issue:
    message = f"None of the {total:,} rows can be used." if total > 1 else "The only row cannot be used."
    return Issue(
        "rows", "error", 1, (), message, "The reasons are listed below; correct the file or the columns."
    )


def _rejection(error: StudioError, table: Table | None) -> DatasetReport:
    return DatasetReport(
        verdict="reject",
        file_type=table.file_type if table else "",
        format="",
        total=0,
        kept=0,
        set_aside=0,
        columns=table.columns if table else (),
        issues=(Issue("file", "error", 1, (), error.message, error.hint),),
    )
