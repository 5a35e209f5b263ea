"""A prompt with a better and a worse answer -> a Preference."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Preference
from studio.data.formats.cells import RowProblem
from studio.data.formats.exchanges import answer_of, question_of
from studio.data.formats.names import CHOSEN, QUESTIONS, REJECTED, exactly, find
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Two answers, one preferred"
NEEDS = ("chosen", "rejected")
TAKES = ("input", "context")


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    chosen, rejected = exactly(columns, CHOSEN), exactly(columns, REJECTED)
    if chosen is None or rejected is None:
        return None
    question = find([column for column in columns if column not in (chosen, rejected)], QUESTIONS)
    both = {"chosen": chosen, "rejected": rejected}
    return Guess(both if question is None else {"input": question} | both)


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Preference:
    """Return the prompt and its two answers; turns of one question and one answer become text.

    Raises RowProblem where one is missing, or where the two answers belong to different questions.
    """
    asked = question_of(cells, mapping)
    asked_better, better = answer_of(cells, mapping["chosen"], "better answer")
    asked_worse, worse = answer_of(cells, mapping["rejected"], "worse answer")
    questions = {question for question in (asked, asked_better, asked_worse) if question}
    if not questions:
        raise RowProblem("incomplete", "The question is empty.")
    if len(questions) > 1:
        raise RowProblem("unusable", "The two answers do not belong to the same question.")
    return Preference(questions.pop(), better, worse)
