"""How much the rows differ from each other, as shares: questions, their openings, answers."""

from array import array

import numpy as np

from studio.data.checks.seen import Finding, Scene, Seen
from studio.data.near import normalise

TITLE = "Diversity"
SOURCE = ""

FEWEST_ROWS = 50
LOW_QUESTIONS = 0.5
OPENING_WORDS = 3


class Diversity:
    def __init__(self, scene: Scene) -> None:
        self.questions, self.openings, self.answers = array("q"), array("q"), array("q")

    def see(self, seen: Seen) -> None:
        question = seen.plain_question
        self.questions.append(hash(question))
        asked = question if seen.asked is seen.question else normalise(seen.asked)
        self.openings.append(hash(" ".join(asked.split(" ", OPENING_WORDS)[:OPENING_WORDS])))
        if seen.answer:
            self.answers.append(hash(seen.plain_answer))

    def findings(self) -> list[Finding]:
        """Note where fewer than half of the questions differ; few openings or answers are often meant so."""
        rows, share = len(self.questions), _distinct(self.questions)
        if rows < FEWEST_ROWS or share >= LOW_QUESTIONS:
            return []
        message = f"Only {share:.0%} of the {rows:,} questions differ from each other."
        hint = "Add rows with other questions: what is asked again and again is learned by heart."
        return [Finding("note", message, hint, count=rows)]


def figures(watch: Diversity) -> dict[str, float]:
    """Return shares of all rows (case and white space aside); an opening is the first three words."""
    found = {
        "distinct_questions": watch.questions,
        "distinct_openings": watch.openings,
        "distinct_answers": watch.answers,
    }
    return {name: round(_distinct(keys), 4) for name, keys in found.items() if keys}


def _distinct(keys: "array[int]") -> float:
    return len(np.unique(np.frombuffer(keys, dtype=np.int64))) / len(keys) if keys else 1.0


begin = Diversity
