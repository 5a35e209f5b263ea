"""A prompt with a better and a worse answer -> a Preference."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Preference
from studio.data.formats.cells import RowProblem
from studio.data.formats.exchanges import answer_in, asked_in, one_question, written_talk
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
    """Return the prompt and its two answers, which may each stand at the end of a whole conversation.

    Raises RowProblem where one is missing, or where the two answers belong to different questions.
    """
    if "input" not in mapping:
        cells = written_talk(written_talk(cells, mapping["chosen"]), mapping["rejected"])
    asked = asked_in(cells, mapping)
    asked_better, better = answer_in(cells, mapping["chosen"], "better answer")
    asked_worse, worse = answer_in(cells, mapping["rejected"], "worse answer")
    if asked_better and asked_worse and asked_better != asked_worse:
        raise RowProblem("unusable", "The two answers do not belong to the same question.")
    *before, question = one_question([asked, asked_better, asked_worse])
    return Preference(question.content, better, worse, tuple(before))
