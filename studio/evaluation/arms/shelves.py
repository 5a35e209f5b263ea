"""What the arms of a run can look up: made when the first of them needs it, and timed."""

import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TypeVar

from studio.core.knowledge import Document
from studio.core.records import Completion, Conversation, SourcedRecord, question_and_answer
from studio.evaluation.arms import arm_named
from studio.evaluation.arms.given import Stock
from studio.retrieval.embeddings import Embed, Embeddings
from studio.retrieval.index import Index
from studio.retrieval.passages import Passage, passages_of_document, passages_of_rows

SHOTS, PASSAGES = 4, 3
"""So many examples or passages are put before a question, where they fit."""
MOST_ROWS = 100_000
"""Of more training rows so many can be found, evenly spread: to count all their words takes too long."""

MOST_EMBEDDED = 5_000
"""More texts are looked up by their words alone: vectors of all would take minutes on a processor."""
BY_WORDS = "by words (BM25)"

Thing = TypeVar("Thing")


class Shelves:
    """The training rows and documents of a run. Rows that are held back must not be among `training`."""

    def __init__(
        self,
        training: Sequence[SourcedRecord],
        documents: Sequence[Document] = (),
        instruction: str = "",
        encoder: Callable[[], Embed | None] = lambda: None,
    ) -> None:
        """`encoder` gives what turns texts into vectors, or None; it is asked when it is needed."""
        self._training, self._documents, self._instruction = training, documents, instruction
        self._encoder = encoder

    def stock(self, arm: str) -> tuple[Stock, float]:
        """Return what an arm draws on, and the seconds that it took to make it ready."""
        needs = arm_named(arm).NEEDS
        if "documents" in needs:
            passages, seconds = self._passages
            return Stock(self._instruction, passages=passages), seconds
        if "rows" in needs:
            shots, seconds = self._shots
            return Stock(self._instruction, shots=shots), seconds
        return Stock(self._instruction), 0.0

    @property
    def searched(self) -> str:
        """Say in words how things are looked up."""
        return BY_WORDS if self._embed is None else f"{BY_WORDS}, and by meaning (mean-pooled embeddings)"

    @cached_property
    def _embed(self) -> Embed | None:
        return self._encoder()

    def _index(self, texts: Sequence[str]) -> Index:
        if self._embed is None or len(texts) > MOST_EMBEDDED:
            return Index(texts)
        return Index(texts, [Embeddings(texts, self._embed)])

    @cached_property
    def _passages(self) -> tuple[Callable[[str], list[Passage]], float]:
        started = time.monotonic()
        passages = [*passages_of_rows(self._rows)]
        for document in self._documents:
            passages += passages_of_document(document)
        index = self._index([passage.text for passage in passages])
        return partial(_found, index, passages, PASSAGES), time.monotonic() - started

    @cached_property
    def _shots(self) -> tuple[Callable[[str], list[Completion]], float]:
        started = time.monotonic()
        shots = [shot for sourced in self._rows if (shot := shot_of(sourced)).completion]
        index = self._index([shot.prompt for shot in shots])
        return partial(_found, index, shots, SHOTS), time.monotonic() - started

    @property
    def rows_searched(self) -> tuple[int, int]:
        """Return how many training rows can be found, and how many there are."""
        return min(MOST_ROWS, len(self._training)), len(self._training)

    @property
    def _rows(self) -> list[SourcedRecord]:
        count, _ = self.rows_searched
        return [self._training[at * len(self._training) // count] for at in range(count)]


def _found(index: Index, things: Sequence[Thing], count: int, question: str) -> list[Thing]:
    return [things[place] for place in index.search(question, count)]


def shot_of(sourced: SourcedRecord) -> Completion:
    """Return a training row as one question with its answer; of several turns the last ones."""
    record = sourced.record
    if not isinstance(record, Conversation):
        return Completion(*question_and_answer(record))
    last = max(at for at, message in enumerate(record.messages) if message.role == "assistant")
    asked = [message.content for message in record.messages[:last] if message.role == "user"]
    return Completion(asked[-1] if asked else "", record.messages[last].content)
