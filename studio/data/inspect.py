"""A file, from its bytes to checked records and the report on it: the Data step in one call."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import Refused, StudioError
from studio.core.records import SourcedRecord, first_view
from studio.core.report import DatasetReport, Issue
from studio.data.checks import CHECKS, CheckContext, SetAside, lengths
from studio.data.checks.too_few import FEWEST_ROWS, ONE_QUESTION
from studio.data.formats import FORMATS, format_for, guess_format
from studio.data.formats.cells import RowProblem
from studio.data.mapping import Guess, check_mapping
from studio.data.readers import read_table
from studio.data.tables import SourceRow, Table, file_note
from studio.data.templates import ChatTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROWS_TO_GUESS_FROM = 200
ROWS_SHOWN = 20


@dataclass(frozen=True)
class Inspection:
    """`rows` are the first rows as the file has them, for a preview while no column is mapped."""

    report: DatasetReport
    records: tuple[SourcedRecord, ...] = ()
    rows: tuple[SourceRow, ...] = ()


def inspect(
    path: Path,
    name: str,
    *,
    mapping: Mapping[str, str] | None = None,
    tokenizer: "PreTrainedTokenizerBase | None" = None,
    max_length: int = 512,
) -> Inspection:
    """Read a file, guess or apply its mapping, and check what it holds; lengths need a tokenizer.

    A file that cannot be used is reported with the verdict `reject`. Raises Refused only where there is
    no such file, or where the given mapping does not fit it.
    """
    if not os.path.exists(path):  # Path.exists would raise on a name that is too long
        raise Refused(f"There is no file {name}.", "Check its name and place.")
    template = ChatTemplate(tokenizer) if tokenizer is not None else None
    table = None
    try:
        table = read_table(path, name)
        first = tuple(islice(table.rows, ROWS_TO_GUESS_FROM))
    except StudioError as error:
        return Inspection(_rejection(error, table))
    reading = _reading(table, first, mapping)
    try:
        records, set_aside, total = _records(chain(first, table.rows), reading)
    except StudioError as error:
        return Inspection(_rejection(error, table))
    context = CheckContext(records, set_aside, template, max_length)
    return Inspection(_report(table, reading, context, total), tuple(records), first[:ROWS_SHOWN])


def training_refusal(report: DatasetReport) -> Refused | None:
    """Return why no model can be trained on this data yet, or None."""
    if report.verdict == "reject":
        problem = report.issues[0]
        return Refused(problem.message, problem.hint)
    if report.format in ("", "text"):
        return Refused("No column with answers is chosen.", _CHOOSE)
    if report.kept < FEWEST_ROWS:
        return Refused(
            f"Training needs at least {FEWEST_ROWS} usable rows; there are {report.kept}.",
            "Add examples; a few hundred make a good start.",
        )
    undivided = next((issue for issue in report.issues if issue.check == ONE_QUESTION), None)
    return Refused(undivided.message, undivided.hint) if undivided else None


_CHOOSE = "Choose the column with the question and the one with the answer."


@dataclass(frozen=True, slots=True)
class _Reading:
    """How rows become records. `format` is "" where nobody has said which column is what."""

    format: str
    mapping: Mapping[str, str]
    notes: tuple[Issue, ...] = ()


def _reading(table: Table, first: tuple[SourceRow, ...], mapping: Mapping[str, str] | None) -> _Reading:
    if mapping:
        check_mapping(mapping, table.columns)
        return _noting_text(_Reading(format_for(mapping, table.columns, first), mapping))
    guessed = guess_format(table.columns, first)
    if guessed is None:
        message = "Which column is the question and which the answer could not be told from their names."
        return _Reading("", {}, (file_note("mapping", message, _CHOOSE),))
    name, guess = guessed
    return _noting_text(_Reading(name, dict(guess.mapping), _notes(guess)))


def _notes(guess: Guess) -> tuple[Issue, ...]:
    return (file_note("mapping", guess.note, "Change it if that is wrong."),) if guess.note else ()


def _noting_text(reading: _Reading) -> _Reading:
    if reading.format != "text":
        return reading
    note = file_note("mapping", "There is one column of text and none with answers to learn.", _CHOOSE)
    return replace(reading, notes=(*reading.notes, note))


def _records(rows: Iterable[SourceRow], reading: _Reading) -> tuple[list[SourcedRecord], list[SetAside], int]:
    """Turn rows into records; also return how many rows there are.

    While no column is mapped, every row that can be read is kept and none becomes a record.
    """
    records: list[SourcedRecord] = []
    set_aside: list[SetAside] = []
    total = 0
    to_record = FORMATS[reading.format].to_record if reading.format else None
    for row in rows:
        total += 1
        if row.problem:
            set_aside.append(SetAside(row.number, "unusable", row.problem))
        elif to_record is not None:
            try:
                records.append(SourcedRecord(row.number, to_record(row.cells, reading.mapping)))
            except RowProblem as problem:
                set_aside.append(SetAside(row.number, problem.check, problem.message))
    return records, set_aside, total


def _report(table: Table, reading: _Reading, context: CheckContext, total: int) -> DatasetReport:
    kept = total - len(context.set_aside)
    # While nobody has said what the columns are, only the reading itself can be judged.
    checks = CHECKS.values() if reading.format else (CHECKS["unusable"],)
    issues = [*table.notes, *reading.notes]
    if kept == 0:
        issues.insert(0, _nothing_usable(total))
    for check in checks:
        issues.extend(check.check(context))
    return DatasetReport(
        verdict="reject" if kept == 0 else "note" if issues else "accept",
        file_type=table.file_type,
        format=reading.format,
        total=total,
        kept=kept,
        set_aside=len(context.set_aside),
        columns=table.columns,
        mapping=reading.mapping,
        first=first_view(context.records[0].record) if context.records else None,
        lengths=lengths.summary(context),
        issues=tuple(issues),
    )


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
