"""What a row asks, as tokens: up to its last answer, which alone counts as learned."""

import pytest

from studio.core.examples import IGNORED
from studio.core.records import Completion, Conversation, Labelled, Message, Preference, Text
from studio.data.questions import asks, encode_question, prompt_of
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt

TURNS = (
    Message("user", "Who barks?"),
    Message("assistant", "A dog."),
    Message("user", "And who mews?"),
    Message("assistant", "A cat."),
)


@pytest.fixture
def template(tiny_tokenizer):
    return ChatTemplate(tiny_tokenizer)


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        (Completion("Who barks?", "A dog."), TURNS[:1]),
        (Labelled("Who barks?", "animal"), TURNS[:1]),
        (Conversation(TURNS), TURNS[:3]),
    ],
)
def test_what_is_asked_is_what_the_model_is_asked_with_anywhere(template, record, asked):
    example = encode_question(record, template, 512, 7)
    assert asks(record)
    assert list(prompt_of(example)) == encode_prompt(asked, template)
    assert example.row == 7
    assert example.cut_tokens == 0


def test_of_a_conversation_only_the_last_answer_counts_as_learned(template, tiny_tokenizer):
    example = encode_question(Conversation(TURNS), template, 512, 1)
    learned = [token for token in example.labels if token != IGNORED]
    assert "A cat." in tiny_tokenizer.decode(learned)
    assert "A dog." not in tiny_tokenizer.decode(learned)


def test_a_question_that_is_too_long_by_itself_has_nothing_to_learn(template):
    example = encode_question(Conversation(TURNS), template, 60, 1)
    assert len(example.input_ids) == 60
    assert example.trained_tokens == 0  # and not the first answer instead
    assert prompt_of(example) == example.input_ids
    assert example.cut_tokens > 0


@pytest.mark.parametrize("record", [Text("A dog barks."), Preference("Who?", "A dog.", "A stone.")])
def test_a_row_without_one_right_answer_asks_nothing(record):
    assert not asks(record)
