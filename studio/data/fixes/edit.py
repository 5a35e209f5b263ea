"""Write another text into one cell of one row."""

from collections.abc import Mapping
from dataclasses import fields, replace

from studio.core.errors import Refused
from studio.core.records import Conversation, Message, Preference, Rated, Record, SourcedRecord
from studio.data.checks.seen import Seen
from studio.data.formats.cells import RowProblem, checked_text

TITLE = "Edit"
ACTION = "Change one text"
SUMMARY = "Changes one text of one row."
NEEDS_PASS = False


class Edit:
    """Options: `row` as the user's file counts it, `role`, and `text`.

    `role` is the record's own name of the text (prompt, completion, text, label, chosen, rejected), or the
    number of the message from 0 in a conversation, or in the turns ahead of a prompt.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self._row, self._role, self._text = row_in(options), options.get("role", ""), options.get("text", "")
        try:
            checked_text(self._text, "new text")
        except RowProblem as problem:
            raise Refused(problem.message, "Write another text, or drop the row instead.") from problem

    def see(self, seen: Seen) -> None:
        """One row is changed, whatever the others hold."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        if sourced.row != self._row:
            return sourced
        record = _edited(sourced.record, self._role, self._text)
        if record is None:
            raise Refused(
                f"Row {self._row} has no text named “{self._role}”.",
                "Choose one of the texts that are shown.",
            )
        return sourced if record == sourced.record else replace(sourced, record=record)


def row_in(options: Mapping[str, str]) -> int:
    """Return the row that the options name. Raises Refused where they name none."""
    row = options.get("row", "")
    if not (row.isascii() and row.isdigit()):
        raise Refused(f"“{row}” is no row number.", "Choose a row of the table.")
    return int(row)


def _edited(record: Record, role: str, text: str) -> Record | None:
    if isinstance(record, Conversation):
        messages = _with_edited(record.messages, role, text)
        return Conversation(messages) if messages is not None else None
    if isinstance(record, Preference | Rated) and role.isdigit():
        before = _with_edited(record.before, role, text)
        return replace(record, before=before) if before is not None else None
    texts = {field.name for field in fields(record) if isinstance(getattr(record, field.name), str)}
    return replace(record, **{role: text}) if role in texts else None


def _with_edited(messages: tuple[Message, ...], role: str, text: str) -> tuple[Message, ...] | None:
    if not (role.isascii() and role.isdigit() and int(role) < len(messages)):
        return None
    at = int(role)
    return (*messages[:at], replace(messages[at], content=text), *messages[at + 1 :])


begin = Edit
