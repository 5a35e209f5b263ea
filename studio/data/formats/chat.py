"""OpenAI's chat format: a list of messages with role and content -> a Conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Conversation
from studio.data.formats.cells import RowProblem
from studio.data.formats.turns import column_of_turns, conversation, turns_in
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Conversations (OpenAI chat)"
NEEDS = ("messages",)
TAKES = ()


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    column = column_of_turns(columns, rows, "role")
    return Guess({"messages": column}) if column is not None else None


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Conversation:
    """Return the conversation of a row. Raises RowProblem where it cannot be learned as it stands."""
    messages = turns_in(cells.get(mapping["messages"]), "conversation")
    if not messages:
        raise RowProblem("incomplete", "The conversation is empty.")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise RowProblem("unusable", "The conversation is not a list of messages.")
    return conversation([_turn(message) for message in messages])


def _turn(message: Mapping[str, Any]) -> tuple[Any, Any]:
    if message.get("tool_calls") or message.get("function_call"):
        raise RowProblem("unusable", "A message calls a tool, which cannot be learned yet.")
    if message.get("name"):
        raise RowProblem("unusable", "A message carries a name, which cannot be learned yet.")
    if message.get("weight") not in (None, 1):
        raise RowProblem("unusable", "A message has a weight other than 1, which cannot be learned yet.")
    return message.get("role"), _content(message.get("content"))


def _content(content: Any) -> Any:
    """Join the parts of a message where all are text; a picture among them raises RowProblem."""
    if not isinstance(content, list):
        return content
    if not all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content):
        raise RowProblem("unusable", "A message holds something other than text.")
    return "".join(part["text"] for part in content)
