"""How the rows of a table become records: in the format that was guessed, or the one the user chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from studio.core.records import SourcedRecord
from studio.core.report import Issue
from studio.data.formats import FORMATS, format_for, guess_format
from studio.data.formats.about_rows import columns_to_guess_from, notes_on, suggested_roles
from studio.data.formats.sides import sides_of
from studio.data.mapping import ABOUT_ROWS, Guess, check_mapping
from studio.data.tables import SourceRow, Table, file_note

CHOOSE = "Choose the column with the question and the one with the answer."


@dataclass(frozen=True, slots=True)
class Reading:
    """`format` is "" where nobody has said which column is what; rows then become no records.

    `suggested`: columns that may play a role, for the user to say.
    """

    format: str
    mapping: Mapping[str, str]
    notes: tuple[Issue, ...] = ()
    suggested: Mapping[str, str] = field(default_factory=dict)

    def record(self, row: SourceRow) -> SourcedRecord:
        """Return what a row is. Raises RowProblem where it cannot be used."""
        record = FORMATS[self.format].to_record(row.cells, self.mapping)
        if not any(role in self.mapping for role in ABOUT_ROWS):
            return SourcedRecord(row.number, record)
        return SourcedRecord(row.number, record, *sides_of(row.cells, self.mapping))


def reading_of(table: Table, first: tuple[SourceRow, ...], mapping: Mapping[str, str] | None) -> Reading:
    """Guess from the first rows, or take what was chosen. Raises Refused where a choice does not fit."""
    reading = _reading_of(table, first, mapping)
    found = suggested_roles(table.columns, first, reading.mapping.values())
    suggested = {role: column for role, column in found.items() if role not in reading.mapping}
    return replace(reading, notes=(*reading.notes, *notes_on(suggested)), suggested=suggested)


def _reading_of(table: Table, first: tuple[SourceRow, ...], mapping: Mapping[str, str] | None) -> Reading:
    if mapping:
        check_mapping(mapping, table.columns)
        return _noting_text(Reading(format_for(mapping, table.columns, first), mapping))
    guessed = guess_format(columns_to_guess_from(table.columns, first), first)
    if guessed is None:
        message = "Which column is the question and which the answer could not be told from their names."
        return Reading("", {}, (file_note("mapping", message, CHOOSE),))
    name, guess = guessed
    return _noting_text(Reading(name, dict(guess.mapping), _notes(guess)))


def _notes(guess: Guess) -> tuple[Issue, ...]:
    return (file_note("mapping", guess.note, "Change it if that is wrong."),) if guess.note else ()


def _noting_text(reading: Reading) -> Reading:
    if reading.format != "text":
        return reading
    hint = f"Go on where these are documents that the model shall read. {CHOOSE[:-1]}, if there are answers."
    note = file_note("mapping", "There is one column of text and none with answers to learn.", hint)
    return replace(reading, notes=(*reading.notes, note))
