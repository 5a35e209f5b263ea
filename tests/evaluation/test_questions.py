"""A held-out record becomes the prompt that training saw, with the answer the user expects."""

import pytest

from studio.core.records import Completion, Conversation, Message, SourcedRecord, Text
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_completion_prompt, encode_prompt
from studio.engine.objectives import chat, completion
from studio.evaluation.questions import questions, spread


@pytest.fixture
def template(tiny_tokenizer):
    return ChatTemplate(tiny_tokenizer)


def test_a_pair_is_asked_with_the_very_prompt_that_is_generated_from(template):
    (found,) = questions([SourcedRecord(5, Completion("Why?", "So."))], chat, template)
    assert (found.row, found.text, found.expected) == (5, "Why?", "So.")
    assert list(found.prompt) == encode_prompt([Message("user", "Why?")], template)


def test_a_plain_prompt_is_asked_without_a_chat(template):
    (found,) = questions([SourcedRecord(5, Completion("Once", "upon"))], completion, template)
    assert list(found.prompt) == encode_completion_prompt("Once", template)


def test_of_a_conversation_the_last_answer_is_asked_for(template):
    turns = (
        Message("system", "Be brief."), Message("user", "A?"), Message("assistant", "a"),
        Message("user", "B?"), Message("assistant", "b"), Message("user", "Thanks"),
    )  # fmt: skip
    (found,) = questions([SourcedRecord(1, Conversation(turns))], chat, template)
    assert found.expected == "b"
    assert found.messages == turns[:4]
    assert found.text == "user: A?\nassistant: a\nuser: B?"
    assert list(found.prompt) == encode_prompt(turns[:4], template)


def test_plain_text_asks_nothing(template):
    assert questions([SourcedRecord(1, Text("words"))], chat, template) == ()


def test_the_rows_that_are_answered_are_spread_over_all_and_always_the_same(template):
    made = questions([SourcedRecord(n, Completion(f"q{n}", "a")) for n in range(10)], chat, template)
    assert [question.row for question in spread(made, 4)] == [0, 2, 5, 7]
    assert spread(made, 20) == made
    assert spread((), 4) == ()
