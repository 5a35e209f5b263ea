"""Change every text of a record alike: how the fixes of single texts work."""

from collections.abc import Callable
from dataclasses import fields, replace

from studio.core.records import Conversation, Message, Preference, Rated, Record, SourcedRecord
from studio.data.checks.seen import Seen

Change = Callable[[str], str]


def rewritten(sourced: SourcedRecord, change: Change) -> SourcedRecord | None:
    """Return the record with every text changed, question, answer and messages alike, in their order.

    The same object where no text changes; None where a change leaves nothing of a text to learn from.
    """
    emptied = False

    def watched(text: str) -> str:
        nonlocal emptied
        changed = change(text)
        emptied |= bool(text.strip()) and not changed.strip()
        return changed

    record = _rewritten(sourced.record, watched)
    if emptied:
        return None
    return sourced if record == sourced.record else replace(sourced, record=record)


def _rewritten(record: Record, change: Change) -> Record:
    if isinstance(record, Conversation):
        return Conversation(_changed(record.messages, change))
    if isinstance(record, Preference | Rated) and record.before:
        record = replace(record, before=_changed(record.before, change))
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return replace(record, **{name: change(text) for name, text in values.items() if isinstance(text, str)})


def _changed(messages: tuple[Message, ...], change: Change) -> tuple[Message, ...]:
    return tuple(replace(message, content=change(message.content)) for message in messages)


class Rewriting:
    """A fix that changes the texts of the rows that its check named, each text by itself."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def see(self, seen: Seen) -> None:
        """Nothing of one text depends on another."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        return rewritten(sourced, self._change) if seen_by_check else sourced
