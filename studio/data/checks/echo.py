"""Answers that stand in the question already."""

from studio.core.records import Labelled
from studio.data.checks.seen import Finding, Scene, Seen, rows_array

TITLE = "Answer in the question"
SOURCE = ""

FEWEST_CHARACTERS = 20
"""Shorter answers ("yes", a name, a label) stand in a question by chance or by right."""


class Echo:
    def __init__(self, scene: Scene) -> None:
        self._same, self._inside = rows_array(), rows_array()

    def see(self, seen: Seen) -> None:
        question, answer = seen.question, seen.answer
        if not answer or len(answer) > len(question) + 200 or isinstance(seen.record, Labelled):
            return
        answer, question = seen.plain_answer, seen.plain_question
        if answer == question:
            self._same.append(seen.row)
        elif len(answer) >= FEWEST_CHARACTERS and answer in question:
            self._inside.append(seen.row)

    def findings(self) -> list[Finding]:
        found = []
        if same := len(self._same):
            message = (
                f"{same:,} {'answer repeats' if same == 1 else 'answers repeat'} the question word for word."
            )
            hint = "Drop these rows, or fill in the answer: the model would learn to parrot."
            found.append(Finding("warning", message, hint, self._same, kind="same", fix="drop"))
        if inside := len(self._inside):
            stand = "answer stands" if inside == 1 else "answers stand"
            message = f"{inside:,} {stand} word for word in the question."
            hint = "That is right where the task is to find a passage; otherwise drop these rows."
            found.append(Finding("note", message, hint, self._inside, kind="inside", fix="drop"))
        return found


begin = Echo
