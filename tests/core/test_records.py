"""Records are equal by content, survive their JSON form and show themselves as the contract says."""

import json

import pytest

from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Rated,
    Text,
    as_conversation,
    first_view,
    from_dict,
    question_and_answer,
    texts_of,
    to_dict,
)

CHAT = Conversation((Message("user", "hi"), Message("assistant", "Grüß Gott")))


@pytest.mark.parametrize(
    "record",
    [
        CHAT,
        Completion("q", "a"),
        Preference("p", "c", "r"),
        Preference("p", "c", "r", CHAT.messages),
        Rated("p", "c", False),
        Rated("p", "c", False, CHAT.messages),
        Labelled("t", "l"),
        Text("t"),
    ],
)
def test_a_record_survives_json(record):
    assert from_dict(json.loads(json.dumps(to_dict(record)))) == record


def test_the_first_record_is_shown_as_the_command_line_promises():
    assert first_view(Completion("q", "a")) == {"input": "q", "output": "a"}
    assert first_view(CHAT)["messages"][1] == {"role": "assistant", "content": "Grüß Gott"}
    assert first_view(Text("t")) == {"text": "t"}
    assert first_view(Preference("p", "c", "r")) == {"prompt": "p", "chosen": "c", "rejected": "r"}
    ahead = first_view(Preference("p", "c", "r", CHAT.messages))["before"]
    assert ahead == first_view(CHAT)["messages"]


def test_a_question_with_its_answer_is_a_chat_of_two_turns():
    assert as_conversation(Completion("hi", "Grüß Gott")) == CHAT
    assert as_conversation(CHAT) is CHAT
    assert as_conversation(Labelled("hi", "Grüß Gott")) == CHAT


def test_every_kind_of_record_has_a_question_and_most_have_an_answer():
    both = (Completion("q", "a"), Preference("q", "a", "r"), Rated("q", "a", False), Labelled("q", "a"))
    assert {question_and_answer(record) for record in both} == {("q", "a")}
    assert question_and_answer(Text("q")) == ("q", "")
    turns = [("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "r"), ("assistant", "b")]
    talk = Conversation(tuple(Message(role, text) for role, text in turns))
    assert question_and_answer(talk) == ("s\nq\na\nr", "b")
    before = talk.messages[:3]
    for judged in (Preference("r", "b", "c", before), Rated("r", "b", True, before)):
        assert question_and_answer(judged) == ("s\nq\na\nr", "b")


def test_the_texts_of_a_record_are_all_that_the_user_wrote():
    assert texts_of(Completion("q", "a")) == texts_of(Rated("q", "a", True)) == ("q", "a")
    assert texts_of(Labelled("t", "l")) == ("t", "l")
    assert texts_of(Preference("p", "c", "r")) == ("p", "c", "r")
    assert texts_of(Text("t")) == ("t",)
    assert texts_of(Preference("p", "c", "r", CHAT.messages)) == ("hi", "Grüß Gott", "p", "c", "r")
    assert texts_of(Rated("q", "a", True, CHAT.messages)) == ("hi", "Grüß Gott", "q", "a")
    assert texts_of(CHAT) == ("hi", "Grüß Gott")
