"""What is asked and what is answered, as text or as lists of turns -> turns and an answer, for every format.

A list of turns may be written as JSON, as tables do that have nothing but text in their cells.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from studio.core.records import Message
from studio.data.formats.cells import RowProblem, checked_text, optional_prompt, prompt_of, text_of
from studio.data.formats.names import ANSWERS, QUESTIONS, exactly
from studio.data.formats.turns import SPELLINGS, is_written_turns, message_of, spoken, turns_in
from studio.data.tables import SourceRow

Turns = tuple[Message, ...]

_SPEAKER = re.compile(r"(?:^|\n)\s*(Human|User|Assistant|AI)\s*:[ \t]?")
"""How Anthropic's files of preferences, and those made like them, tell who speaks in one long text."""


def asked_in(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Turns:
    """Return the turns up to the question, with its context below it; none where no column was chosen.

    Raises RowProblem where it is blank, no text, or turns that do not end with a question.
    """
    choice = mapping.get("input")
    if choice is None:
        return ()
    cell = _read(cells.get(choice), "question")
    if isinstance(cell, dict):
        cell = cell.get("messages", cell)  # as OpenAI's files of preferences have it
    if isinstance(cell, list):
        turns = _asking(_turns(cell, "question"), "answer")
    else:
        turns = (Message("user", prompt_of(cells, choice, "question")),)
    context = optional_prompt(cells, mapping.get("context"), "context")
    if not context:
        return turns
    return (*turns[:-1], Message("user", f"{turns[-1].content}\n\n{context}"))


def answer_in(cells: Mapping[str, Any], column: str, what: str) -> tuple[Turns, str]:
    """Return (turns up to the question, answer) of a cell; no turns where it holds the answer alone.

    Raises RowProblem where the cell is blank, or does not end with one answer.
    """
    cell = _read(cells.get(column), what)
    if isinstance(cell, list | dict):
        found = answers_in(cell)
        if found is not None:
            return (), checked_text(found[0] if found else None, what)
    if not isinstance(cell, list) or not any(isinstance(item, dict) for item in cell):
        return (), text_of(cells, column, what)
    turns = _turns(cell, what)
    if turns[-1].role != "assistant":
        raise RowProblem("unusable", f"The {what} does not end with a message of the assistant.")
    return _asking(turns[:-1], what) if len(turns) > 1 else (), turns[-1].content


def written_talk(cells: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    """Return the cells with a talk that is written as one text (`Human: … Assistant: …`) as turns."""
    text = cells.get(column)
    if not isinstance(text, str):
        return cells
    marks = list(_SPEAKER.finditer(text))
    speakers = [mark[1] for mark in marks]
    if len(marks) < 2 or text[: marks[0].start()].strip() or speakers[0] not in ("Human", "User"):
        return cells
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    said = [text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    turns = [{"role": who, "content": words} for who, words in zip(speakers, said, strict=True)]
    return {**cells, column: turns}


def answers_in(cell: Any) -> Sequence[Any] | None:
    """Return the answers that a cell lists as SQuAD and its kin do; None where it lists none in such a way.

    `{"text": [...], "answer_start": [...]}` or `[{"text": ..., "answer_start": ...}, ...]`.
    """
    if isinstance(cell, dict) and isinstance(cell.get("text"), list) and "answer_start" in cell:
        return cell["text"]
    if not isinstance(cell, list):
        return None
    is_such = all(isinstance(item, dict) and {"text", "answer_start"} <= set(item) for item in cell)
    return [item["text"] for item in cell] if is_such else None


def is_question_alone(column: str, columns: Sequence[str], rows: Sequence[SourceRow]) -> bool:
    """Return whether turns in a column stop before the answer, which another column has (TRL's prompts)."""
    if exactly([column], QUESTIONS) is None or exactly(columns, ANSWERS) in (None, column):
        return False
    asked = [_is_asking(row.cells.get(column)) for row in rows if not row.problem]
    return sum(asked) * 2 > len(asked)


def _is_asking(cell: Any) -> bool:
    try:
        cell = _read(cell, "question")
        return isinstance(cell, list) and bool(cell) and _turns(cell, "question")[-1].role == "user"
    except RowProblem:
        return False


def one_question(turns: Sequence[Turns]) -> Turns:
    """Return what all of these ask; some may leave out the first turns, as a prompt beside whole talks does.

    Raises RowProblem where nothing is asked, or where they ask different things.
    """
    asked = max(turns, key=len)
    if not asked:
        raise RowProblem("incomplete", "The question is empty.")
    if any(each and asked[-len(each) :] != each for each in turns):
        raise RowProblem("unusable", "The answers do not belong to the same question.")
    return asked


def _read(cell: Any, what: str) -> Any:
    is_written = any(is_written_turns(cell, *keys) for keys in SPELLINGS)
    return turns_in(cell, what) if is_written else cell


def _turns(cell: list[Any], what: str) -> Turns:
    if not cell:
        raise RowProblem("incomplete", f"The {what} is empty.")
    if not all(isinstance(turn, dict) for turn in cell):
        raise RowProblem("unusable", f"The {what} is a list of something other than messages.")
    return tuple(message_of(*spoken(turn)) for turn in cell)


def _asking(turns: Turns, what: str) -> Turns:
    """Return turns that end with a question. Raises RowProblem where they do not, or are out of order."""
    if turns[-1].role != "user":
        raise RowProblem("unusable", f"The turns before the {what} do not end with a question of the user.")
    roles = [turn.role for turn in turns if turn.role != "system"]
    in_order = all(before != after for before, after in pairwise(roles)) and roles[0] == "user"
    if not in_order or any(turn.role == "system" for turn in turns[1:]):
        raise RowProblem("unusable", f"The turns before the {what} are out of order.")
    return turns
