"""Questions that a model is to find answers to by itself: records -> what is asked, as tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, Conversation, Labelled, Record, as_conversation
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat

_WHOLE = 1 << 30
"""A longest example that no row reaches."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks, in words, and the answer that it gives itself."""

    question: str
    reference: str


def asks(record: Record) -> bool:
    """Return whether a record is a question with an answer of its own."""
    return isinstance(record, Conversation | Completion | Labelled)


def encode_question(record: Record, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return the turns up to the last answer, and that answer, of which alone the tokens count as learned.

    It is cut at its end: a row whose question alone is too long has nothing to learn.
    """
    assert isinstance(record, Conversation | Completion | Labelled)
    whole = encode_chat(as_conversation(record), template, _WHOLE, row)
    start, ids = last_answer(whole.labels), whole.input_ids[:max_length]
    labels = (*(IGNORED for _ in whole.labels[:start]), *whole.labels[start:])[:max_length]
    return Example(row, ids, labels, cut_tokens=len(whole.input_ids) - len(ids))


def prompt_of(example: Example) -> tuple[int, ...]:
    """Return the tokens that ask for the last answer of an example."""
    return example.input_ids[: last_answer(example.labels)]


def last_answer(labels: Sequence[int]) -> int:
    """Return where the last stretch of learned tokens begins; behind all others where none is."""
    learned = [label != IGNORED for label in labels]
    end = max((index for index, is_learned in enumerate(learned) if is_learned), default=None)
    if end is None:
        return len(labels)
    return max((index + 1 for index in range(end) if not learned[index]), default=0)
