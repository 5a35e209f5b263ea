"""Formats are recognised from names and contents; rows that cannot be used say why; nothing is merged."""

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Message, Text
from studio.data.formats import FORMATS, format_for, guess_format
from studio.data.formats.cells import RowProblem, is_blank
from studio.data.tables import SourceRow


def rows(*cells: dict) -> list[SourceRow]:
    return [SourceRow(at, row) for at, row in enumerate(cells, 1)]


def guess(*columns: str, cell: object = "some words"):
    found = guess_format(columns, rows(dict.fromkeys(columns, cell)))
    return found and (found[0], dict(found[1].mapping), bool(found[1].note))


def record(format_name: str, cells: dict, mapping: dict):
    return FORMATS[format_name].to_record(cells, mapping)


def chat(*turns: tuple[str, object], **more) -> dict:
    return {"messages": [{"role": role, "content": content} | more for role, content in turns]}


def test_every_format_says_what_it_is_and_which_roles_it_needs():
    for name, module in FORMATS.items():
        assert module.TITLE, name
        assert module.NEEDS


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("question", "answer"),
        ("Prompt", "Completion"),
        ("INPUT", "output"),
        ("problem", "solution"),
        ("User Query", "Response"),
        ("customer_question", "ourAnswer"),
        ("instruction", "output"),
        ("Q", "A"),
        ("Frage", "Antwort"),
        ("问题", "答案"),
    ],
)
def test_questions_and_answers_are_known_by_name_in_any_order_and_spelling(question, answer):
    expected = ("pairs", {"input": question, "output": answer}, False)
    assert guess(question, answer) == expected
    assert guess("id", answer, "topic", question) == expected


def test_of_two_unknown_text_columns_the_left_is_the_question_and_that_is_said():
    assert guess("left", "right") == ("pairs", {"input": "left", "output": "right"}, True)
    cells = {"number": "17", "left": "words", "date": "2024-05-06", "right": "more"}
    found = guess_format(tuple(cells), rows(cells))
    assert found[1].mapping == {"input": "left", "output": "right"}


def test_one_known_name_tells_the_other_column():
    assert guess("answer", "what they wrote")[1] == {"input": "what they wrote", "output": "answer"}
    assert guess("notes", "question")[1] == {"input": "question", "output": "notes"}


def test_three_unknown_text_columns_are_not_guessed():
    assert guess("one", "two", "three") is None
    assert guess("prompt", "chosen", "rejected") is None


def test_columns_about_a_question_are_not_taken_for_it():
    assert guess("question_id", "question", "answer_score", "answer")[1] == {
        "input": "question",
        "output": "answer",
    }


def test_a_single_column_of_text_is_plain_text():
    assert guess("text") == ("text", {"text": "text"}, False)
    assert record("text", {"text": "words"}, {"text": "text"}) == Text("words")


def test_alpaca_puts_the_input_below_the_instruction():
    name, mapping, _ = guess("instruction", "input", "output")
    assert (name, mapping) == ("alpaca", {"input": "instruction", "context": "input", "output": "output"})
    cells = {"instruction": "Translate", "input": "Hallo", "output": "Hello"}
    assert record("alpaca", cells, mapping) == Completion("Translate\n\nHallo", "Hello")
    assert record("alpaca", cells | {"input": ""}, mapping) == Completion("Translate", "Hello")
    assert record("alpaca", cells | {"input": None}, mapping) == Completion("Translate", "Hello")


def test_a_system_column_makes_a_conversation_where_it_is_filled():
    name, mapping, _ = guess("system", "question", "answer")
    assert mapping == {"input": "question", "output": "answer", "system": "system"}
    cells = {"system": "Be brief.", "question": "q", "answer": "a"}
    turns = Message("system", "Be brief."), Message("user", "q"), Message("assistant", "a")
    assert record(name, cells, mapping) == Conversation(turns)
    assert record(name, cells | {"system": " "}, mapping) == Completion("q", "a")


def test_openai_chats_are_recognised_by_their_content():
    cells = chat(("system", "s"), ("user", "hi"), ("assistant", "hello"))
    found = guess_format(("id", "messages"), rows({"id": 1} | cells))
    assert (found[0], found[1].mapping) == ("chat", {"messages": "messages"})
    assert record("chat", cells, {"messages": "messages"}).messages[2] == Message("assistant", "hello")


def test_text_parts_of_a_message_are_joined():
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    made = record("chat", chat(("user", parts), ("assistant", "a")), {"messages": "messages"})
    assert made.messages[0].content == "one two"


def test_sharegpt_speaks_of_humans_and_gpt():
    cells = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "system": "s"}
    name, found = guess_format(tuple(cells), rows(cells))
    assert (name, found.mapping) == ("sharegpt", {"messages": "conversations", "system": "system"})
    roles = [message.role for message in record(name, cells, found.mapping).messages]
    assert roles == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (chat(), "conversation is empty"),
        (chat(("user", "q")), "no answer of the assistant"),
        (chat(("user", "q"), ("assistant", None)), "answer is empty"),
        (chat(("user", " \u200b"), ("assistant", "a")), "question is empty"),
        (chat(("assistant", "a"), ("user", "q")), "begins with the assistant"),
        (chat(("user", "q"), ("user", "q"), ("assistant", "a")), "Two messages of the user"),
        (chat(("user", "q"), ("system", "s"), ("assistant", "a")), "in the middle"),
        (chat(("user", "q"), ("assistant", "a"), ("user", "q")), "ends with a question"),
        (chat(("user", "q"), ("narrator", "a")), "'narrator' is not known"),
        (chat(("user", "q"), ("assistant", 5)), "answer is a number"),
        (chat(("user", [{"type": "image_url"}]), ("assistant", "a")), "other than text"),
        (chat(("user", "q"), ("assistant", "a"), tool_calls=[1]), "calls a tool"),
        (chat(("user", "q"), ("assistant", "a"), weight=0), "weight other than 1"),
        ({"messages": "q and a"}, "not a list of messages"),
        ({"messages": ["q", "a"]}, "not a list of messages"),
    ],
)
def test_conversations_that_cannot_be_learned_say_why(cells, reason):
    with pytest.raises(RowProblem) as caught:
        record("chat", cells, {"messages": "messages"})
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("answer", "check", "reason"),
    [
        (None, "incomplete", "The answer is empty."),
        ("", "incomplete", "The answer is empty."),
        (" \t\u200b\ufeff\u2060\u00a0", "incomplete", "The answer is empty."),
        (7, "unusable", "The answer is a number, not text."),
        (True, "unusable", "The answer is yes or no, not text."),
        (["a"], "unusable", "The answer is a list, not text."),
        (b"a", "unusable", "The answer is no text, not text."),
        ("a" * 1_000_001, "unusable", "The answer is longer than 1,000,000 letters."),
        ("\ud800", "unusable", "The answer holds half a character."),
    ],
)
def test_answers_that_cannot_be_learned_say_why(answer, check, reason):
    with pytest.raises(RowProblem) as caught:
        record("pairs", {"q": "q", "a": answer}, {"input": "q", "output": "a"})
    assert (caught.value.check, caught.value.message) == (check, reason)


def test_what_can_be_seen_is_not_blank():
    assert not is_blank("\u200b.")
    assert is_blank("")


def test_a_chosen_mapping_decides_the_format():
    some = rows(chat(("user", "q"), ("assistant", "a")))
    assert format_for({"input": "a", "output": "b"}, ("a", "b"), []) == "pairs"
    assert format_for({"input": "a", "output": "b", "context": "c"}, ("a", "b", "c"), []) == "alpaca"
    assert format_for({"messages": "messages"}, ("messages",), some) == "chat"
    shared = rows({"turns": [{"from": "human", "value": "q"}]})
    assert format_for({"messages": "turns"}, ("turns",), shared) == "sharegpt"


@pytest.mark.parametrize("mapping", [{"input": "a"}, {"output": "a"}, {"input": "a", "text": "b"}])
def test_roles_that_do_not_go_together_are_refused(mapping):
    with pytest.raises(Refused, match="do not go together") as caught:
        format_for(mapping, ("a", "b"), [])
    assert "input and output" in caught.value.hint
