"""A file, from its bytes to checked records and the report on it: the Data step in one call, in one pass."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.report import DatasetReport, Issue
from studio.data.checks import SetAside
from studio.data.readers import read_table
from studio.data.readiness import training_refusal
from studio.data.reading import reading_of
from studio.data.row_pass import (
    ROWS_BETWEEN_LOOKS,
    ROWS_TO_GUESS_FROM,
    Conditions,
    RecordSink,
    RowPass,
    Stopped,
)
from studio.data.tables import SourceRow, Table
from studio.data.templates import ChatTemplate

__all__ = [
    "ROWS_BETWEEN_LOOKS",
    "Conditions",
    "Inspection",
    "RecordSink",
    "Stopped",
    "inspect",
    "training_refusal",
]

ROWS_SHOWN = 20


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
    once = RowPass(table, reading_of(table, first, mapping), conditions, template=_template(conditions))
    try:
        once.go(chain(first, _readable(table.rows)), sink, path.stat().st_size)
    except _UnreadableRest as error:
        return Inspection(_rejection(error.reason, table))
    return Inspection(once.report(), first[:ROWS_SHOWN], tuple(once.checkup.scene.set_aside))


def _template(conditions: Conditions) -> ChatTemplate | None:
    if conditions.tokenizer is not None:
        return ChatTemplate(conditions.tokenizer)
    return conditions.load_template() if conditions.load_template is not None else None


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
