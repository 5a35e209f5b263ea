"""ShareGPT's format: a list of turns with from and value, sometimes a system column -> a Conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Conversation
from studio.data.formats.cells import RowProblem, optional_prompt
from studio.data.formats.exchanges import is_question_alone
from studio.data.formats.turns import column_of_turns, conversation, turns_in
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Conversations (ShareGPT)"
NEEDS = ("messages",)
TAKES = ("system",)

TWO_SYSTEM_MESSAGES = "The row has two system messages."


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    column = column_of_turns(columns, rows, "from", "value")
    if column is None or is_question_alone(column, columns, rows):
        return None
    system = next((name for name in columns if name.lower() in ("system", "system_prompt")), None)
    return Guess({"messages": column} | ({"system": system} if system is not None else {}))


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Conversation:
    """Return the conversation of a row. Raises RowProblem where it cannot be learned as it stands."""
    turns = turns_in(cells.get(mapping["messages"]), "conversation")
    if not turns:
        raise RowProblem("incomplete", "The conversation is empty.")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise RowProblem("unusable", "The conversation is not a list of turns.")
    spoken = [(turn.get("from"), turn.get("value")) for turn in turns]
    system = optional_prompt(cells, mapping.get("system"), "system message")
    if system and spoken[0][0] == "system":
        raise RowProblem("unusable", TWO_SYSTEM_MESSAGES)
    return conversation([("system", system), *spoken] if system else spoken)
