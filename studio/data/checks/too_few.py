"""Too few rows, or too few different questions, to learn from and to test on."""

from studio.data.checks.seen import Finding, Scene, Seen
from studio.data.split import question_key

TITLE = "Number of rows"
SOURCE = ""

FEWEST_ROWS = 10
"""With fewer, the rows held out for the exam could not tell luck from learning."""

ONE_QUESTION = "one_question"
"""Kind of the finding of rows that cannot be divided; no model can be trained on them."""


class TooFew:
    def __init__(self, scene: Scene) -> None:
        self._usable = 0
        self._first = ""
        self._has_two_questions = False

    def see(self, seen: Seen) -> None:
        self._usable += 1
        if self._has_two_questions:
            return
        # As the split sees it: rows that ask the same are never on both sides.
        question = question_key(seen.record)
        if self._usable == 1:
            self._first = question
        self._has_two_questions = question != self._first

    def findings(self) -> list[Finding]:
        if self._usable >= FEWEST_ROWS:
            return [] if self._has_two_questions else [self._one_question()]
        rows = "1 row" if self._usable == 1 else f"{self._usable} rows"
        message = f"The file has {rows} that can be used; training needs at least {FEWEST_ROWS}."
        hint = "Add examples; a few hundred make a good start."
        return [Finding("error", message, hint, count=1)]

    def _one_question(self) -> Finding:
        message = (
            f"All {self._usable:,} rows ask the same question, so none of them can be held back for the exam."
        )
        return Finding("error", message, "Add rows with other questions.", kind=ONE_QUESTION, count=1)


begin = TooFew
