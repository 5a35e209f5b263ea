"""What an exam and a parity test ask: a held-out record as a prompt, with the answer the user expects."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType

from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Rated,
    SourcedRecord,
    Text,
    question_and_answer,
)
from studio.data.questions import prompt_of
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt, encode_text_prompt

_NEVER_CUT = 1 << 30
BEGINNING_WORDS, REST_WORDS = 12, 60
"""Of a document the first words are given, and so many of the next are shown beside what the model wrote."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and its expected answer. `row` is the 1-based line of the user's file.

    `prompt` holds the tokens the model reads in training before the last answer of the record, to the token.
    `messages` are those turns; for a plain prompt there are none, and `text` is the prompt itself. A document
    is asked with its beginning; a text to sort has itself for a prompt, and its label is expected.

    Where people `judged` the answer, `good` says whether it is a good one; of two it is the better, and
    `worse` the other.
    """

    row: int
    text: str
    expected: str
    messages: tuple[Message, ...]
    prompt: tuple[int, ...]
    judged: bool = False
    good: bool = True
    worse: str = ""


def questions(
    records: Iterable[SourcedRecord],
    objective: ModuleType,
    template: ChatTemplate,
    *,
    max_length: int = _NEVER_CUT,
) -> tuple[Question, ...]:
    """Return a question for every record that has an answer to give.

    `max_length` cuts texts that are to be sorted, as training does; no other prompt is cut.
    """
    return tuple(
        _question(sourced, objective, template, max_length)
        for sourced in records
        if isinstance(sourced.record, Completion | Conversation | Labelled | Preference | Rated)
        or (isinstance(sourced.record, Text) and objective.WINDOWS)
    )


def beginning(row: int, text: str, template: ChatTemplate) -> Question:
    """Return the question how a document goes on."""
    words = [found.end() for found in _WORD.finditer(text)]
    place = min(BEGINNING_WORDS, max(1, len(words) // 2))
    given = text[: words[place - 1]] if words else text
    until = words[min(place + REST_WORDS, len(words)) - 1] if words else len(text)
    return Question(
        row, given, text[len(given) : until].strip(), (), tuple(encode_text_prompt(given, template))
    )


def spread(questions: Sequence[Question], count: int) -> tuple[Question, ...]:
    """Return at most `count` of them, evenly spread from first to last; always the same ones."""
    count = min(count, len(questions))
    return tuple(questions[index * len(questions) // count] for index in range(count))


def _question(
    sourced: SourcedRecord, objective: ModuleType, template: ChatTemplate, max_length: int
) -> Question:
    record = sourced.record
    if isinstance(record, Text):
        return beginning(sourced.row, record.text, template)
    if isinstance(record, Preference | Rated):
        return _of_judged(sourced.row, record, template)
    if isinstance(record, Completion) and not objective.accepts(record):
        # somebody's question to a run that learned from judged answers
        turns = (Message("user", record.prompt),)
        prompt = tuple(encode_prompt(turns, template))
        return Question(sourced.row, record.prompt, record.completion, turns, prompt)
    sorts = isinstance(record, Labelled) and objective.HEAD == "classes"
    length = max_length if sorts else _NEVER_CUT
    example = objective.encode(record, template, max_length=length, row=sourced.row)
    if sorts:
        return Question(sourced.row, record.text, record.label, (), example.input_ids)
    prompt = prompt_of(example)
    if isinstance(record, Completion | Labelled):
        asked, answer = question_and_answer(record)
        return Question(sourced.row, asked, answer, (Message("user", asked),), prompt)
    last = max(index for index, message in enumerate(record.messages) if message.role == "assistant")
    turns = record.messages[:last]
    return Question(sourced.row, _shown(turns), record.messages[last].content, turns, prompt)


def _of_judged(row: int, record: Preference | Rated, template: ChatTemplate) -> Question:
    turns = (*record.before, Message("user", record.prompt))
    pair = isinstance(record, Preference)
    return Question(
        row,
        _shown(turns),
        record.chosen if pair else record.completion,
        turns,
        tuple(encode_prompt(turns, template)),
        judged=True,
        good=pair or record.label,
        worse=record.rejected if pair else "",
    )


def _shown(turns: Sequence[Message]) -> str:
    """A single question is shown as it is; an exchange with its roles."""
    asked = [turn for turn in turns if turn.role != "system"]
    if len(asked) == 1:
        return asked[0].content
    return "\n".join(f"{turn.role}: {turn.content}" for turn in asked)
