"""A question and an answer in two columns, whatever they are called -> a Completion."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Completion, Conversation, Message
from studio.data.formats.cells import optional_prompt, prompt_of, text_of
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
    return Guess({"input": question, "output": answer} | chosen, note)


def find_exactly(columns: Sequence[str], names: Sequence[str]) -> str | None:
    return next((column for column in columns if column.casefold().replace("_", "") in names), None)


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Completion | Conversation:
    """Return the question and its answer; with instructions before it, a conversation of three messages.

    Raises RowProblem where one of them is blank or no text.
    """
    prompt = prompt_of(cells, mapping["input"], "question")
    answer = text_of(cells, mapping["output"], "answer")
    context = optional_prompt(cells, mapping.get("context"), "context")
    system = optional_prompt(cells, mapping.get("system"), "system message")
    prompt = f"{prompt}\n\n{context}" if context else prompt
    if not system:
        return Completion(prompt, answer)
    turns = Message("system", system), Message("user", prompt), Message("assistant", answer)
    return Conversation(turns)
