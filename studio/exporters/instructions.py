"""The instruction that a run was trained behind, and how exports ask with it."""

from collections.abc import Iterable, Sequence

from studio.core.records import Conversation, Message, Preference, Rated, Record, SourcedRecord


def instruction_of(records: Iterable[SourcedRecord]) -> str:
    """Return the system message that every row begins with; "" where one has none or another."""
    said = ""
    for at, each in enumerate(records):
        found = system_of(each.record)
        if not found or (at and found != said):
            return ""
        said = found
    return said


def folded(turns: Sequence[Message]) -> Sequence[Message]:
    """Return turns for a template that takes no system message: it stands before the first question."""
    if len(turns) < 2 or turns[0].role != "system":
        return turns
    return (Message("user", f"{turns[0].content}\n\n{turns[1].content}"), *turns[2:])


def system_of(record: Record) -> str:
    """Return the system message before a row's question; "" for none."""
    turns: tuple[Message, ...] = ()
    if isinstance(record, Conversation):
        turns = record.messages
    elif isinstance(record, Preference | Rated):
        turns = record.before
    return turns[0].content if turns and turns[0].role == "system" else ""
