"""Turns of a conversation -> a Conversation, for every format that spells its turns in its own way."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from studio.core.records import Conversation, Message, Role
from studio.data.formats.cells import RowProblem, checked_text, is_blank
from studio.data.readers.columns import shown
from studio.data.readers.objects import Decoder, is_too_deep, reason
from studio.data.tables import SourceRow

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "model": "assistant",
}
SPELLINGS = (("role", "content"), ("from", "value"))
"""The keys under which a turn says who speaks and what."""

BEGINS_WITH_ASSISTANT = "The conversation begins with the assistant."
TWO_IN_A_ROW = "Two messages of the {role} stand one behind the other."
SYSTEM_IN_THE_MIDDLE = "A system message stands in the middle of the conversation."
NO_ANSWER = "The conversation has no answer of the assistant."
ENDS_UNANSWERED = "The conversation ends with a question that has no answer."
"""Reasons for setting a conversation aside; `remedies` knows what can be done about each."""

_A_ROLE = re.compile(rf"""["'](?:role|from)["']\s*:\s*["'](?:{"|".join(_ROLES)})["']""", re.IGNORECASE)

_WHAT = {"system": "system message", "user": "question", "assistant": "answer"}


def conversation(turns: Sequence[tuple[Any, Any]]) -> Conversation:
    """Return the conversation that (role, content) pairs make.

    Raises RowProblem where a model could not be trained on it; nothing is merged or left out.
    """
    messages = tuple(message_of(role, content) for role, content in turns)
    roles = [message.role for message in messages]
    if "system" in roles[1:]:
        raise RowProblem("unusable", SYSTEM_IN_THE_MIDDLE)
    spoken = roles[1:] if roles[:1] == ["system"] else roles
    if "assistant" not in spoken:
        raise RowProblem("unusable", NO_ANSWER)
    if spoken[0] == "assistant":
        raise RowProblem("unusable", BEGINS_WITH_ASSISTANT)
    for before, after in pairwise(spoken):
        if before == after:
            raise RowProblem("unusable", TWO_IN_A_ROW.format(role=before))
    if spoken[-1] == "user":
        raise RowProblem("unusable", ENDS_UNANSWERED)
    return Conversation(messages)


def message_of(role: Any, content: Any) -> Message:
    """Return one turn. Raises RowProblem where its role is not known or its content is no text."""
    known = role_of(role)
    if known is None:
        raise RowProblem("unusable", f"The role {str(role)[:40]!r} is not known.")
    return Message(known, checked_text(content, _WHAT[known]))


def spoken(turn: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return (role, content) of a turn in either spelling, parts of text joined.

    Raises RowProblem where it holds more than can be learned, a picture or the call of a tool.
    """
    if "role" not in turn and "from" in turn:
        return turn["from"], turn.get("value")
    if turn.get("tool_calls") or turn.get("function_call"):
        raise RowProblem("unusable", "A message calls a tool, which cannot be learned yet.")
    if turn.get("name"):
        raise RowProblem("unusable", "A message carries a name, which cannot be learned yet.")
    if turn.get("weight") not in (None, 1):
        raise RowProblem("unusable", "A message has a weight other than 1, which cannot be learned yet.")
    content = turn.get("content")
    if not isinstance(content, list):
        return turn.get("role"), content
    if not all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content):
        raise RowProblem("unusable", "A message holds something other than text.")
    return turn.get("role"), "".join(part["text"] for part in content)


def role_of(name: Any) -> Role | None:
    """Return who speaks, whatever the file calls it; None where that is not known."""
    return _ROLES.get(name.strip().lower()) if isinstance(name, str) else None


def turns_in(cell: Any, what: str) -> Any:
    """Return what a cell holds, read as JSON where it is the text of a list, as tables keep conversations.

    Raises RowProblem where the text is not JSON to its end.
    """
    if isinstance(cell, str) and is_blank(cell):
        return None
    if not isinstance(cell, str) or not cell.lstrip().startswith("["):
        return cell
    text, decoder = cell.strip(), Decoder()
    try:
        value, end = decoder.decode(text)
    except RecursionError as error:
        raise RowProblem("unusable", f"The {what} is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise RowProblem("unusable", f"The {what} cannot be read as JSON: {reason(text, error)}.") from error
    if text[end:]:
        raise RowProblem("unusable", f"The {what} cannot be read as JSON: more text stands behind it.")
    if decoder.repeated is not None:
        raise RowProblem("unusable", f"The {what} has the key {shown(decoder.repeated)} twice.")
    if is_too_deep(value, 0):
        raise RowProblem("unusable", f"The {what} is nested too deeply.")
    return value


def is_written_turns(cell: Any, *keys: str) -> bool:
    """Return whether a cell is text that is meant as a list of turns with these keys, readable or not.

    A known role is asked for: a list of people with their "role" is an answer like any other.
    """
    return (
        isinstance(cell, str)
        and cell.lstrip().startswith("[")
        and cell.lstrip()[1:].lstrip().startswith("{")
        and all(f'"{key}"' in cell or f"'{key}'" in cell for key in keys)
        and _A_ROLE.search(cell) is not None
    )


def column_of_turns(columns: Sequence[str], rows: Sequence[SourceRow], *keys: str) -> str | None:
    """Return the first column in which most rows hold a list of objects with these keys, or its text."""
    for column in columns:
        cells = [row.cells.get(column) for row in rows if not row.problem]
        fitting = [cell for cell in cells if _is_turns(cell, keys) or is_written_turns(cell, *keys)]
        if fitting and len(fitting) * 2 >= len(cells):
            return column
    return None


def _is_turns(cell: Any, keys: Sequence[str]) -> bool:
    return (
        isinstance(cell, list)
        and bool(cell)
        and all(isinstance(turn, dict) and all(key in turn for key in keys) for turn in cell)
    )
