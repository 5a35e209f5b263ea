"""OpenAI's chat format: a list of messages with role and content -> a Conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Conversation
from studio.data.formats.cells import RowProblem
from studio.data.formats.exchanges import is_question_alone
from studio.data.formats.turns import column_of_turns, conversation, spoken, turns_in
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Conversations (OpenAI chat)"
NEEDS = ("messages",)
TAKES = ()


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    column = column_of_turns(columns, rows, "role")
    if column is None or is_question_alone(column, columns, rows):
        return None
    return Guess({"messages": column})


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Conversation:
    """Return the conversation of a row. Raises RowProblem where it cannot be learned as it stands."""
    messages = turns_in(cells.get(mapping["messages"]), "conversation")
    if not messages:
        raise RowProblem("incomplete", "The conversation is empty.")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise RowProblem("unusable", "The conversation is not a list of messages.")
    return conversation([spoken(message) for message in messages])
