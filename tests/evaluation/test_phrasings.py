"""Other phrasings ask the same: what the question says is in each of them, to the letter or but for case."""

import pytest

from studio.core.records import Completion, Conversation, Message, SourcedRecord, Text
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt
from studio.engine.objectives import chat, completion, text
from studio.evaluation.phrasings import STEADY_ROWS, phrased, rephrased
from studio.evaluation.questions import questions


@pytest.mark.parametrize("asked", ["How do I print?", "how do i print", "Как печатать?", "印刷方法", "?!"])
def test_a_question_has_two_other_phrasings_that_hold_what_it_asks(asked):
    ways = rephrased(asked)
    assert len({*ways, asked}) == 3
    for way in ways:
        assert asked.lower().rstrip("?! ") in way.lower()


def test_only_the_last_question_of_a_talk_is_put_otherwise(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    turns = (
        Message("system", "Be brief."), Message("user", "Hi."), Message("assistant", "Hello."),
        Message("user", "How are you?"), Message("assistant", "Well."),
    )  # fmt: skip
    asked = questions([SourcedRecord(2, Conversation(turns))], chat, template)
    (found,) = phrased(asked, chat, template, None)
    last = Message("user", "Please answer this: How are you?")
    assert list(found.prompts[0]) == encode_prompt((*turns[:3], last), template)


def test_a_text_to_continue_is_asked_without_turns(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    asked = questions([SourcedRecord(2, Completion("Once upon", " a time"))], completion, template)
    (found,) = phrased(asked, completion, template, None)
    assert tiny_tokenizer.decode(found.prompts[0]).endswith("Please answer this: Once upon")


def test_documents_are_not_rephrased_and_long_questions_leave_room(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    document = questions([SourcedRecord(2, Text("many words " * 9))], text, template)
    assert phrased(document, text, template, None) == ()
    asked = questions([SourcedRecord(2, Completion("Why? " * 9, "So"))], chat, template)
    longest = max(map(len, phrased(asked, chat, template, None)[0].prompts))
    assert phrased(asked, chat, template, longest) != ()
    assert phrased(asked, chat, template, longest - 1) == ()


def test_of_many_questions_some_are_rephrased(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    records = [SourcedRecord(row, Completion(f"{row}?", "x")) for row in range(2, 90)]
    found = phrased(questions(records, chat, template), chat, template, None)
    assert len(found) == STEADY_ROWS
