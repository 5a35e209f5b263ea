"""The one way through the rows of a file: each becomes a record that is checked and kept, or is set aside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from studio.core.errors import Refused
from studio.core.records import SourcedRecord, first_view
from studio.core.report import DatasetReport, Issue, verdict_on
from studio.core.words import count
from studio.data.checks import CHECKS, Scene
from studio.data.checks.lengths import LengthWatch
from studio.data.checkup import Checkup
from studio.data.formats.cells import RowProblem
from studio.data.reading import Reading
from studio.data.tables import SourceRow, Table
from studio.data.templates import ChatTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROWS_TO_GUESS_FROM = 200
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

    Lengths need a `tokenizer`, or `load_template`, which is asked once the file has proved to be a table.
    `progress` gets (rows done, share done) every few rows; `should_stop` is asked as often.
    """

    tokenizer: "PreTrainedTokenizerBase | None" = None
    max_length: int = 512
    held_out_percent: float = 12.0
    seed: int = 0
    progress: Callable[[int, float], None] | None = None
    should_stop: Callable[[], bool] | None = None
    load_template: Callable[[], ChatTemplate | None] | None = None
    most_rows: int = 0
    """A file with more is refused as soon as it shows; 0 for any number."""


class RowPass:
    """Give it every row once, then ask for the report."""

    def __init__(
        self,
        table: Table,
        reading: Reading,
        conditions: Conditions,
        *,
        template: ChatTemplate | None = None,
        checks: Iterable[str] = tuple(CHECKS),
    ) -> None:
        self._table = table
        self._reading = reading
        self._conditions = conditions
        self._first: Mapping[str, Any] | None = None
        scene = Scene(
            template=template,
            max_length=conditions.max_length,
            format=reading.format,
            has_groups="group" in reading.mapping,
            held_out_percent=conditions.held_out_percent,
            seed=conditions.seed,
        )
        # While nobody has said what the columns are, only the reading itself can be judged.
        self.checkup = Checkup(scene, checks if reading.format else ("unusable",))

    def go(self, rows: Iterable[SourceRow], sink: RecordSink | None, file_bytes: int) -> None:
        """Turn every row into a record for the sink and the checks, or set it aside.

        While no column is mapped, every row that can be read is kept and none becomes a record. Raises
        Refused where there are more rows than may be.
        """
        position = _Position(self._table, file_bytes)
        for done, row in enumerate(rows, start=1):
            if 0 < self._conditions.most_rows < done:
                raise _too_many(self._conditions.most_rows)
            position.note(row)
            self.take(row, sink)
            if done % ROWS_BETWEEN_LOOKS == 0:
                self._look(done, position.share(done))

    def _look(self, done: int, share: float) -> None:
        if self._conditions.progress is not None:
            self._conditions.progress(done, share)
        if self._conditions.should_stop is not None and self._conditions.should_stop():
            raise Stopped

    def take(self, row: SourceRow, sink: RecordSink | None = None) -> None:
        """Turn one row into a record, or set it aside."""
        try:
            if row.problem:
                raise RowProblem("unusable", row.problem)
            sourced = self._reading.record(row) if self._reading.format else None
        except RowProblem as problem:
            self.checkup.set_aside(row.number, problem.check, problem.message)
            return
        self.checkup.see(sourced)
        if sourced is None:
            return
        if self._first is None:
            self._first = first_view(sourced.record)
        if sink is not None:
            sink.append(sourced)

    def report(self) -> DatasetReport:
        """Ask the checks what they found; once."""
        checkup = self.checkup
        kept, set_aside = checkup.kept, len(checkup.scene.set_aside)
        issues = [*self._table.notes, *self._reading.notes, *checkup.issues()]
        if kept == 0:
            issues.insert(0, _nothing_usable(set_aside))
        lengths = checkup.watches.get("lengths")
        return DatasetReport(
            verdict="reject" if kept == 0 else verdict_on(issues),
            file_type=self._table.file_type,
            format=self._reading.format,
            total=kept + set_aside,
            kept=kept,
            set_aside=set_aside,
            columns=self._table.columns,
            mapping=self._reading.mapping,
            suggested=self._reading.suggested,
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


def _too_many(most: int) -> Refused:
    return Refused(
        f"The file has more than {count(most, 'row')}, which is the most of a file here.",
        f"Keep its best {count(most, 'row')}: some hundred good examples teach more than many poor ones.",
    )
