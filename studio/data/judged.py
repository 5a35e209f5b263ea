"""Answers that were judged to token ids: two to one question, or one that is good or bad."""

from collections.abc import Sequence
from dataclasses import replace

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Conversation, Message, Preference, Rated
from studio.data.packing import joined
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat, encode_prompt

GOOD, BAD = "good", "bad"
"""The labels of a rated answer's row."""


def encode_preference(record: Preference, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return both answers, each behind the whole question, as two texts of one row; the better one first.

    Each is cut by itself. Raises StudioError where the end of one is cut off so far that nothing is left.
    """
    asked = (*record.before, Message("user", record.prompt))
    both = [_answer(asked, text, template, max_length, row) for text in (record.chosen, record.rejected)]
    return replace(joined(both), cut_tokens=sum(each.cut_tokens for each in both))


def encode_rated(record: Rated, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return the answer behind its question, labelled GOOD or BAD.

    Raises StudioError where its end is cut off so far that nothing is left.
    """
    asked = (*record.before, Message("user", record.prompt))
    answer = _answer(asked, record.completion, template, max_length, row)
    return replace(answer, label=GOOD if record.label else BAD)


def _answer(
    asked: Sequence[Message], text: str, template: ChatTemplate, max_length: int, row: int
) -> Example:
    """Return a question and one answer to it, of which that alone is learned: what was said before in the
    same conversation was not judged."""
    turns = Conversation((*asked, Message("assistant", text)))
    found = encode_chat(turns, template, max_length, row)
    if any(message.role == "assistant" for message in asked):
        context = min(len(encode_prompt(asked, template)), len(found.labels))
        found = replace(found, labels=(IGNORED,) * context + found.labels[context:])
    if not found.trained_tokens:
        raise StudioError(
            f"Row {row}: the question is so long that nothing is left of an answer.",
            "Raise the longest example (max_length).",
        )
    return found


def mismatched(examples: Sequence[Example], start: int, stop: int, *, max_length: int) -> list[Example]:
    """Return the questions of some rated rows, each with the answer of the row before it, cut to length.

    The first is given the last one's. Nothing of them is good or bad: they show how far a model has strayed
    from another where it was not told what to say.
    """
    return [_with_answer_of(examples[at], examples[at - 1], max_length) for at in range(start, stop)]


def _with_answer_of(asked: Example, answered: Example, max_length: int) -> Example:
    question, answer = _answer_begins(asked), _answer_begins(answered)
    ids = asked.input_ids[:question] + answered.input_ids[answer:]
    labels = (IGNORED,) * question + answered.labels[answer:]
    return Example(asked.row, ids[:max_length], labels[:max_length])


def _answer_begins(example: Example) -> int:
    return next(at for at, label in enumerate(example.labels) if label != IGNORED)
