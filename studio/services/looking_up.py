"""What the rows and documents of a run say of a question: looked up for a question of Compare."""

from typing import TYPE_CHECKING

from studio.core.records import Completion, SourcedRecord
from studio.engine.objectives import objective_named
from studio.evaluation.arms import arm_named
from studio.evaluation.arms.given import Given
from studio.evaluation.questions import Question, questions
from studio.services.training import Material
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.evaluation.arms.shelves import Shelves

ARM = "tuned_retrieval"
"""Passages and nothing else: the instruction is the untouched model's own."""
ROOM_FOR_ANSWER = 200
"""Tokens of an answer that must still fit behind what is read."""


class Desk:
    """Keeps the index of the last run that was asked, since the next question is mostly put to the same."""

    def __init__(self) -> None:
        self._shelves: Shelves | None = None
        self._of: tuple[str, ...] = ()

    def look_up(self, folder: RunFolder, question: str, gathered: Material) -> Given:
        """Return the passages that are most like a question, as many as fit before it and its answer."""
        from studio.engine.models import read_model_config, row_tokens
        from studio.evaluation.arm_papers import Reader

        stock, _ = self._open(folder, gathered).stock(ARM)
        objective = objective_named(gathered.config.objective)
        reach = row_tokens(gathered.config, read_model_config(gathered.source))
        reader = Reader(objective, gathered.template, reach)
        wanted = arm_named(ARM).given(question, stock)
        return reader.fitting(as_question(question, gathered), wanted, ROOM_FOR_ANSWER)[0]

    def _open(self, folder: RunFolder, gathered: Material) -> "Shelves":
        from studio.engine.encoder import encoder_here
        from studio.evaluation.arms.shelves import Shelves

        documents = folder.knowledge.documents()
        of = (folder.id, *documents)
        if self._shelves is None or self._of != of:
            self._of = of
            texts = tuple(documents.values())
            self._shelves = Shelves(gathered.parts.training, texts, encoder=encoder_here)
        return self._shelves


def as_question(text: str, gathered: Material) -> Question:
    """Return what somebody asks as the exam asks it, its prompt in tokens."""
    record = SourcedRecord(0, Completion(text, "answer"))
    return questions([record], objective_named(gathered.config.objective), gathered.template)[0]
