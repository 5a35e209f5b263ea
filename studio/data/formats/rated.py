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

_GOOD = {
    **dict.fromkeys(("true", "1", "1.0", "+1", "yes", "good"), True),
    **dict.fromkeys(("false", "0", "0.0", "-1", "no", "bad"), False),
}
MOST_ODD = 0.1
"""So many ratings may say something else; their rows are set aside. With more it is no column of ratings."""


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    """Go by the names, and by nearly every rating being a yes or no.

    One odd rating must not turn the others into pairs: bad answers would be learned like good ones.
    """
    rating = exactly(columns, RATINGS)
    rest = [column for column in columns if column != rating]
    answer = find(rest, ANSWERS)
    question = find([column for column in rest if column != answer], QUESTIONS)
    if rating is None or question is None or answer is None:
        return None
    filled = [row.cells[rating] for row in rows if row.cells.get(rating) not in (None, "")]
    odd = sum(_good(cell) is None for cell in filled)
    if odd == len(filled) or odd > MOST_ODD * len(filled):
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
    """Return what a rating says: yes or no, true or false, good or bad, 1 or 0 (-1); None for anything else.

    1.0 and 0.0 are what a column of yes and no becomes in pandas where one of its cells is empty.
    """
    return _GOOD.get(str(cell).strip().casefold()) if isinstance(cell, str | int | float) else None
