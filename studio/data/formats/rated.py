"""A question, an answer, and whether it is a good one -> a Rated."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Rated
from studio.data.formats.cells import RowProblem
from studio.data.formats.exchanges import answer_in, asked_in, one_question
from studio.data.formats.names import ANSWERS, QUESTIONS, RATINGS, exactly, find
from studio.data.mapping import Guess
from studio.data.readers.columns import shown
from studio.data.tables import SourceRow

TITLE = "Answers rated good or bad"
NEEDS = ("input", "output", "rating")
TAKES = ("context",)

_GOOD = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    """Go by the names, and by every rating being a yes or no."""
    rating = exactly(columns, RATINGS)
    rest = [column for column in columns if column != rating]
    answer = find(rest, ANSWERS)
    question = find([column for column in rest if column != answer], QUESTIONS)
    if rating is None or question is None or answer is None:
        return None
    filled = [row.cells[rating] for row in rows if row.cells.get(rating) not in (None, "")]
    if not filled or any(_good(cell) is None for cell in filled):
        return None
    return Guess({"input": question, "output": answer, "rating": rating})


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Rated:
    """Return the question, the answer and its rating. Raises RowProblem where one is missing or another."""
    asked = asked_in(cells, mapping)
    asked_there, answer = answer_in(cells, mapping["output"], "answer")
    *before, question = one_question([asked, asked_there])
    cell = cells.get(mapping["rating"])
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise RowProblem("incomplete", "The rating is empty.")
    good = _good(cell)
    if good is None:
        raise RowProblem("unusable", f"The rating is {shown(str(cell))}, neither yes nor no.")
    return Rated(question.content, answer, good, tuple(before))


def _good(cell: object) -> bool | None:
    """Return what a rating says: true, false, 1, 0, yes or no in any case; None for anything else."""
    if isinstance(cell, bool):
        return cell
    return _GOOD.get(str(cell).strip().casefold()) if isinstance(cell, str | int) else None
