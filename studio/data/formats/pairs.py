"""A question and an answer in two columns, whatever they are called -> a Completion."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Completion, Conversation, Message
from studio.data.formats.cells import RowProblem, optional_prompt
from studio.data.formats.exchanges import answer_in, answers_in, asked_in, one_question
from studio.data.formats.names import ANSWERS, CONTEXTS, QUESTIONS, SYSTEMS, find, text_columns
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Questions with answers"
NEEDS = ("input", "output")
TAKES = ("context", "system")


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    """Go by the names; else by there being two columns of text, the left one the question."""
    answer = find(columns, ANSWERS)
    question = find([column for column in columns if column != answer], QUESTIONS)
    note = ""
    if question is None or answer is None:
        written = text_columns(columns, rows)
        if len(written) != 2:
            return None
        if answer in written or question in written:
            known = answer if answer in written else question
            other = next(column for column in written if column != known)
            question, answer = (other, known) if known == answer else (known, other)
        else:
            question, answer = written
        note = f"“{question}” was taken for the question and “{answer}” for the answer."
    rest = [column for column in columns if column not in (question, answer)]
    more = {"context": find_exactly(rest, CONTEXTS), "system": find_exactly(rest, SYSTEMS)}
    chosen = {role: column for role, column in more.items() if column in text_columns(rest, rows)}
    if any(len(answers_in(row.cells.get(answer)) or ()) > 1 for row in rows):
        note = f"{note} “{answer}” lists several answers to one question; the first is learned.".lstrip()
    return Guess({"input": question, "output": answer} | chosen, note)


def find_exactly(columns: Sequence[str], names: Sequence[str]) -> str | None:
    return next((column for column in columns if column.casefold().replace("_", "") in names), None)


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Completion | Conversation:
    """Return the question and its answer; with turns or instructions before it, a conversation.

    Raises RowProblem where one of them is blank or no text.
    """
    asked = asked_in(cells, mapping)
    asked_there, answer = answer_in(cells, mapping["output"], "answer")
    turns = one_question([asked, asked_there])
    system = optional_prompt(cells, mapping.get("system"), "system message")
    if not system and len(turns) == 1:
        return Completion(turns[0].content, answer)
    if system and turns[0].role == "system":
        raise RowProblem("unusable", "The row has two system messages.")
    before = (Message("system", system),) if system else ()
    return Conversation((*before, *turns, Message("assistant", answer)))
