"""One question and one answer, as text or as a list of turns -> text, for formats that judge answers.

A list of turns may be written as JSON, as tables do that have nothing but text in their cells.
"""

from collections.abc import Mapping
from typing import Any

from studio.core.records import Message
from studio.data.formats.cells import RowProblem, optional_prompt, prompt_of, text_of
from studio.data.formats.turns import SPELLINGS, is_written_turns, message_of, turns_in


def question_of(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> str:
    """Return the question with its context below it; "" where no column was chosen for it.

    Raises RowProblem where it is blank, no text, or a list of more than one turn.
    """
    choice = mapping.get("input")
    if choice is None:
        return ""
    cell = _read(cells.get(choice), "question")
    if isinstance(cell, dict):
        cell = cell.get("messages", cell)  # as OpenAI's files of preferences have it
    if isinstance(cell, list):
        question = _single(_turns(cell, "question"))
    else:
        question = prompt_of(cells, choice, "question")
    context = optional_prompt(cells, mapping.get("context"), "context")
    return f"{question}\n\n{context}" if context else question


def answer_of(cells: Mapping[str, Any], column: str, what: str) -> tuple[str, str]:
    """Return (question, answer) of a cell; the question is "" where it holds the answer alone.

    Raises RowProblem where the cell is blank, or holds turns other than one question and one answer.
    """
    cell = _read(cells.get(column), what)
    if not isinstance(cell, list):
        return "", text_of(cells, column, what)
    turns = _turns(cell, what)
    if turns[-1].role != "assistant":
        raise RowProblem("unusable", f"The {what} does not end with a message of the assistant.")
    return _single(turns[:-1]) if len(turns) > 1 else "", turns[-1].content


def _read(cell: Any, what: str) -> Any:
    is_written = any(is_written_turns(cell, *keys) for keys in SPELLINGS)
    return turns_in(cell, what) if is_written else cell


def _turns(cell: list[Any], what: str) -> list[Message]:
    if not cell:
        raise RowProblem("incomplete", f"The {what} is empty.")
    if not all(isinstance(turn, dict) for turn in cell):
        raise RowProblem("unusable", f"The {what} is a list of something other than messages.")
    return [
        message_of(turn.get("role", turn.get("from")), turn.get("content", turn.get("value")))
        for turn in cell
    ]


def _single(turns: list[Message]) -> str:
    """Return the one question; a longer exchange is not cut down to one in silence."""
    if len(turns) != 1 or turns[0].role != "user":
        raise RowProblem("unusable", "There is more than one question before the answer.")
    return turns[0].content
