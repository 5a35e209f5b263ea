"""What an export of a run on judged answers has of its own: what both models are asked to be compared.

A reward model reads whole answers and gives each a number; the others answer questions in chat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.core.records import Conversation, Message, Preference, Rated, Record, SourcedRecord
from studio.data.judged import encode_preference
from studio.data.packing import apart
from studio.engine.objectives import objective_named
from studio.evaluation.questions import Question

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from studio.data.templates import ChatTemplate

_USED = """
turns = [{"role": "user", "content": "A question"}, {"role": "assistant", "content": "An answer to it"}]
read = tokenizer.apply_chat_template(turns, return_dict=True, return_tensors="pt")
reward = model(**read).logits[0, 0].item()  # the higher, the better; only differences mean something
"""
PAIRS = 8
"""Of which the parity test takes the first that spell no control token."""


def how_to_use(config: RunConfig) -> str:
    """Return the Python lines for the model card that ask for a reward; "" for any other model."""
    return _USED if objective_named(config.objective).HEAD == "reward" else ""


def in_chat(records: Iterable[SourcedRecord]) -> list[SourcedRecord]:
    """Return judged answers as conversations, whose questions can be asked; other rows as they are."""
    return [replace(each, record=_conversation(each.record)) for each in records]


def _conversation(record: Record) -> Record:
    if not isinstance(record, Preference | Rated):
        return record
    answer = record.chosen if isinstance(record, Preference) else record.completion
    return Conversation((*record.before, Message("user", record.prompt), Message("assistant", answer)))


def judged(records: Iterable[SourcedRecord], template: ChatTemplate, *, max_length: int) -> list[Question]:
    """Return both answers of some pairs, each as the text that the model reads to judge it."""
    pairs = ((each.row, each.record) for each in records if isinstance(each.record, Preference))
    found: list[Question] = []
    for (row, pair), _ in zip(pairs, range(PAIRS), strict=False):
        texts = apart(encode_preference(pair, template, max_length, row))
        for answer, text in zip((pair.chosen, pair.rejected), texts, strict=True):
            turns = (*pair.before, Message("user", pair.prompt), Message("assistant", answer))
            found.append(Question(row, pair.prompt, answer, turns, text.input_ids))
    return found


def as_a_stranger_reads(
    question: Question, tokenizer: PreTrainedTokenizerBase, *, max_length: int
) -> tuple[int, ...]:
    """Return the tokens of question and answer as plain transformers makes them."""
    turns = [{"role": turn.role, "content": turn.content} for turn in question.messages]
    ids = tokenizer.apply_chat_template(turns, return_dict=True)["input_ids"]
    return tuple(ids[:max_length])
