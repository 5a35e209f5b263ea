"""The instruction that a run was trained behind, for exports that ask with it by themselves."""

from collections.abc import Iterable

from studio.core.records import Conversation, Message, Preference, Rated, Record, SourcedRecord


def instruction_of(records: Iterable[SourcedRecord]) -> str:
    """Return the system message that every row begins with; "" where one has none or another."""
    said = ""
    for at, each in enumerate(records):
        found = _system(each.record)
        if not found or (at and found != said):
            return ""
        said = found
    return said


def _system(record: Record) -> str:
    turns: tuple[Message, ...] = ()
    if isinstance(record, Conversation):
        turns = record.messages
    elif isinstance(record, Preference | Rated):
        turns = record.before
    return turns[0].content if turns and turns[0].role == "system" else ""
