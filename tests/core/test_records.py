"""Records are equal by content, survive their JSON form and show themselves as the contract says."""

import json

import pytest

from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Text,
    as_conversation,
    first_view,
    from_dict,
    to_dict,
)

CHAT = Conversation((Message("user", "hi"), Message("assistant", "Grüß Gott")))


@pytest.mark.parametrize(
    "record", [CHAT, Completion("q", "a"), Preference("p", "c", "r"), Labelled("t", "l"), Text("t")]
)
def test_a_record_survives_json(record):
    assert from_dict(json.loads(json.dumps(to_dict(record)))) == record


def test_the_first_record_is_shown_as_the_command_line_promises():
    assert first_view(Completion("q", "a")) == {"input": "q", "output": "a"}
    assert first_view(CHAT)["messages"][1] == {"role": "assistant", "content": "Grüß Gott"}
    assert first_view(Text("t")) == {"text": "t"}


def test_a_question_with_its_answer_is_a_chat_of_two_turns():
    assert as_conversation(Completion("hi", "Grüß Gott")) == CHAT
    assert as_conversation(CHAT) is CHAT
