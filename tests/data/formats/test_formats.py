"""Formats are recognised from names and contents; rows that cannot be used say why; nothing is merged."""

import json

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Labelled, Message, Preference, Rated, Text
from studio.data.formats import FORMATS, format_for, guess_format
from studio.data.formats.cells import RowProblem, is_blank
from studio.data.formats.sides import sides_of
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
        ("Inputs", "OUTPUTS"),
        ("User-Input", "model_output"),
        ("inputText", "outputText"),
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


def test_conversations_are_known_when_a_cell_holds_them_as_json_text():
    written = json.dumps(chat(("user", "hi"), ("assistant", "hello"))["messages"])
    found = guess_format(("id", "chat"), rows({"id": "1", "chat": written}))
    assert (found[0], found[1].mapping) == ("chat", {"messages": "chat"})
    made = record("chat", {"chat": f" {written}\n"}, {"messages": "chat"})
    assert made == Conversation((Message("user", "hi"), Message("assistant", "hello")))

    shared = json.dumps([{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}])
    assert guess("turns", cell=shared)[0] == "sharegpt"
    assert record("sharegpt", {"turns": shared}, {"messages": "turns"}).messages[1].content == "a"


def test_an_answer_that_is_a_json_list_stays_an_answer():
    answer = '[{"name": "Ada", "role": "engineer", "content": "none"}]'
    found = guess_format(("text", "answer"), rows({"text": "Ada is an engineer.", "answer": answer}))
    assert (found[0], found[1].mapping) == ("pairs", {"input": "text", "output": "answer"})


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("[{'role': 'user', 'content': 'q'}]", "single quotes stand where JSON needs double ones"),
        ('[{"role": "user", "content": "q"}, {"role"', "cannot be read as JSON"),
        ('[{"role": "user", "content": "q"}] and more', "more text stands behind it"),
        ('[{"role": "user", "role": "user", "content": "q"}]', "key “role” twice"),
        ('[{"role": "user", "content": ' + "[" * 70 + "]" * 70 + "}]", "nested too deeply"),
        ('[{"role": "user", "content": ' + "[" * 100_000, "nested too deeply"),
        ('"[]"', "not a list of messages"),
    ],
)
def test_a_cell_that_is_no_conversation_says_why(cell, said):
    with pytest.raises(RowProblem, match=said) as problem:
        record("chat", {"messages": cell}, {"messages": "messages"})
    assert problem.value.check == "unusable"


def test_conversations_that_python_wrote_are_not_taken_for_plain_text():
    assert guess("messages", cell="[{'role': 'user', 'content': 'q'}]")[0] == "chat"


def test_the_names_that_speakers_have_elsewhere_are_known():
    made = record("chat", chat(("Prompter", "q"), ("AI", "a")), {"messages": "messages"})
    assert [message.role for message in made.messages] == ["user", "assistant"]


def test_openais_preferences_hold_the_question_in_an_object():
    cells = {
        "input": chat(("user", "q")),
        "preferred_output": chat(("assistant", "good"))["messages"],
        "non_preferred_output": chat(("assistant", "bad"))["messages"],
    }
    name, found = guess_format(tuple(cells), rows(cells))
    assert record(name, cells, found.mapping) == Preference("q", "good", "bad")


def test_preferred_answers_may_be_conversations_in_json_text():
    better, worse = (
        json.dumps(chat(("user", "q"), ("assistant", text))["messages"]) for text in ("good", "bad")
    )
    cells = {"chosen": better, "rejected": worse}
    assert record("preference", cells, {role: role for role in cells}) == Preference("q", "good", "bad")


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
        ({"messages": " \u200b"}, "conversation is empty"),
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
        (chat(("user", "q"), ("assistant", "a"), name="Anna"), "carries a name"),
        (chat(("user", "q"), ("tool", "a")), "'tool' is not known"),
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


def test_a_group_and_a_split_go_with_every_format():
    about = {"group": "g", "split": "s"}
    for name, module in FORMATS.items():
        if name not in ("chat", "sharegpt"):  # the rows tell these two apart
            assert format_for(dict.fromkeys(module.NEEDS, "a") | about, ("a", "g", "s"), []) == name


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (("text", "label"), {"text": "text", "label": "label"}),
        (("id", "Review", "Sentiment"), {"text": "Review", "label": "Sentiment"}),
        (("question", "category"), {"text": "question", "label": "category"}),
        (("Label_Name", "tweet"), {"text": "tweet", "label": "Label_Name"}),
    ],
)
def test_texts_with_labels_are_known_by_name(columns, mapping):
    assert guess(*columns) == ("labelled", mapping, False)


def test_a_text_of_another_name_is_taken_for_the_labelled_one_and_that_is_said():
    found = guess_format(("id", "words", "label"), rows({"id": 3, "words": "some words", "label": 1}))
    assert (found[0], found[1].mapping) == ("labelled", {"text": "words", "label": "label"})
    assert "“words” was taken for the text" in found[1].note


def test_a_label_beside_question_and_answer_changes_nothing():
    assert guess("question", "answer", "category")[0] == "pairs"


@pytest.mark.parametrize(
    ("cell", "label"), [(" good ", "good"), (0, "0"), (7, "7"), (True, "true"), ("007", "007")]
)
def test_a_label_is_a_name_even_where_it_is_a_number(cell, label):
    roles = {"text": "t", "label": "l"}
    assert record("labelled", {"t": "some words", "l": cell}, roles) == Labelled("some words", label)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"t": "words", "l": " "}, "label is empty"),
        ({"t": "words", "l": 0.5}, "label is a number"),
        ({"t": 5, "l": "a"}, "text is a number"),
    ],
)
def test_a_labelled_row_that_cannot_be_used_says_why(cells, reason):
    with pytest.raises(RowProblem, match=reason):
        record("labelled", cells, {"text": "t", "label": "l"})


def turns(*said: tuple[str, str]) -> list[dict]:
    return [{"role": role, "content": content} for role, content in said]


Q, A, B = ("user", "q"), ("assistant", "a"), ("assistant", "b")


def test_two_answers_of_which_one_is_better_are_a_preference():
    name, mapping, noted = guess("prompt", "chosen", "rejected")
    assert (name, noted) == ("preference", False)
    assert mapping == {"input": "prompt", "chosen": "chosen", "rejected": "rejected"}
    assert guess("Rejected Response", "question", "chosen_response")[0] == "preference"


@pytest.mark.parametrize(
    "cells",
    [
        {"prompt": "q", "chosen": "a", "rejected": "b"},
        {"prompt": "q", "chosen": turns(Q, A), "rejected": turns(Q, B)},
        {"prompt": turns(Q), "chosen": turns(A), "rejected": turns(B)},
        {"chosen": turns(Q, A), "rejected": turns(Q, B)},
        {"chosen": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "rejected": turns(Q, B)},
    ],
)
def test_a_preference_is_text_however_its_turns_are_written(cells):
    name, found = guess_format(tuple(cells), rows(cells))
    assert name == "preference"
    assert record(name, cells, found.mapping) == Preference("q", "a", "b")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"chosen": "a", "rejected": "b"}, "question is empty"),
        ({"input": "q", "chosen": "", "rejected": "b"}, "better answer is empty"),
        ({"input": "q", "chosen": [], "rejected": "b"}, "better answer is empty"),
        ({"input": "q", "chosen": "a", "rejected": 3}, "worse answer is a number"),
        ({"input": "q", "chosen": turns(Q), "rejected": "b"}, "does not end with a message of the assistant"),
        ({"input": "q", "chosen": ["a"], "rejected": "b"}, "better answer is a list"),
        ({"input": "q", "chosen": [*turns(A), "a"], "rejected": "b"}, "something other than messages"),
        ({"chosen": turns(Q, Q, A), "rejected": turns(Q, Q, B)}, "out of order"),
        ({"chosen": turns(Q, A, A), "rejected": turns(Q, A, B)}, "do not end with a question"),
        ({"chosen": "Human: q", "rejected": "Human: q"}, "question is empty"),
        ({"chosen": "\n\nHuman: q\n\nAssistant: ", "rejected": "\n\nHuman: q\n\nAssistant: b"}, "is empty"),
        ({"chosen": turns(Q, A), "rejected": turns(("user", "other"), B)}, "not belong to the same question"),
    ],
)
def test_a_preference_that_cannot_be_used_says_why(cells, reason):
    with pytest.raises(RowProblem, match=reason):
        record("preference", cells, {name: name for name in cells})


S = ("system", "Be brief.")


@pytest.mark.parametrize(
    "cells",
    [
        {"chosen": turns(S, Q, A, Q, A), "rejected": turns(S, Q, A, Q, B)},
        {"prompt": "q", "chosen": turns(S, Q, A, Q, A), "rejected": turns(S, Q, A, Q, B)},
        {"prompt": turns(S, Q, A, Q), "chosen": turns(A), "rejected": turns(B)},
        {"prompt": json.dumps(turns(S, Q, A, Q)), "chosen": json.dumps(turns(A)), "rejected": "b"},
    ],
)
def test_the_turns_ahead_of_a_prompt_are_kept(cells):
    name, found = guess_format(tuple(cells), rows(cells))
    before = Message("system", "Be brief."), Message("user", "q"), Message("assistant", "a")
    assert record(name, cells, found.mapping) == Preference("q", "a", "b", before)


def test_a_preference_of_two_talks_that_are_written_as_text_is_read():
    talk = "\n\nHuman: q\n\nAssistant: a: b\n\nHuman: go\non\n\nAssistant: "
    cells = {"chosen": f"{talk}better", "rejected": f"{talk}worse"}
    before = Message("user", "q"), Message("assistant", "a: b")
    made = record("preference", cells, {"chosen": "chosen", "rejected": "rejected"})
    assert made == Preference("go\non", "better", "worse", before)
    rated = {"prompt": turns(Q, A, Q), "completion": turns(B), "label": True}
    found = guess_format(tuple(rated), rows(rated))
    talked = Message("user", "q"), Message("assistant", "a")
    assert record(found[0], rated, found[1].mapping) == Rated("q", "b", True, talked)


@pytest.mark.parametrize("written", [False, True])
def test_a_prompt_and_its_answer_may_be_lists_of_turns(written):
    def cell(*said: tuple[str, str]) -> object:
        return json.dumps(turns(*said)) if written else turns(*said)

    cells = {"prompt": cell(Q), "completion": cell(A)}
    name, found = guess_format(tuple(cells), rows(cells))
    assert (name, found.mapping) == ("pairs", {"input": "prompt", "output": "completion"})
    assert record(name, cells, found.mapping) == Completion("q", "a")
    assert record(name, cells | {"completion": "a"}, found.mapping) == Completion("q", "a")
    assert record(name, cells | {"prompt": "q"}, found.mapping) == Completion("q", "a")
    longer = record(name, {"prompt": cell(S, Q, A, Q), "completion": cell(B)}, found.mapping)
    assert [message.role for message in longer.messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    with pytest.raises(RowProblem, match="do not end with a question"):
        record(name, {"prompt": cell(Q, A), "completion": cell(A)}, found.mapping)
    with pytest.raises(RowProblem, match="two system messages"):
        record(name, {"prompt": cell(S, Q), "completion": "a", "s": "x"}, {**found.mapping, "system": "s"})


def test_whole_conversations_beside_their_prompt_stay_conversations():
    cells = {"prompt": "q", "messages": turns(Q, A)}
    assert guess_format(tuple(cells), rows(cells))[0] == "chat"
    cells = {"prompt": turns(Q, A), "completion": "none"}
    assert guess_format(tuple(cells), rows(cells))[0] == "chat"


@pytest.mark.parametrize(
    ("answers", "several"),
    [
        ({"text": ["a"], "answer_start": [0]}, False),
        ({"text": ["a", "b"], "answer_start": [0, 9]}, True),
        ([{"text": "a", "answer_start": 0}], False),
    ],
)
def test_answers_with_their_places_are_read_and_of_several_the_first_is_said_to_be_learned(answers, several):
    cells = {"id": "1", "title": "t", "context": "c", "question": "q", "answers": answers}
    name, found = guess_format(tuple(cells), rows(cells))
    assert (name, ("the first is learned" in found.note)) == ("pairs", several)
    assert record(name, cells, found.mapping) == Completion("q\n\nc", "a")
    with pytest.raises(RowProblem, match="answer is empty"):
        record(name, cells | {"answers": {"text": [], "answer_start": []}}, found.mapping)


@pytest.mark.parametrize("cell", [True, 1, 1.0, "1", "+1", "true", "TRUE", " Yes ", "good"])
@pytest.mark.parametrize("no", [False, 0, 0.0, "0", "-1", "false", "no", "Bad"])
def test_an_answer_is_rated_by_yes_or_no(cell, no):
    cells = {"prompt": "q", "completion": "a", "label": cell}
    name, found = guess_format(tuple(cells), rows(cells, cells | {"label": no}))
    assert (name, found.mapping) == ("rated", {"input": "prompt", "output": "completion", "rating": "label"})
    assert record(name, cells, found.mapping) == Rated("q", "a", True)
    assert record(name, cells | {"label": no}, found.mapping) == Rated("q", "a", False)


def test_a_rating_of_more_than_yes_and_no_is_no_rated_answer():
    assert guess("prompt", "completion", "rating", cell="4")[0] == "pairs"
    with pytest.raises(RowProblem, match="“4”, neither yes nor no"):
        record("rated", {"q": "q", "a": "a", "r": 4}, {"input": "q", "output": "a", "rating": "r"})
    with pytest.raises(RowProblem, match="rating is empty"):
        record("rated", {"q": "q", "a": "a"}, {"input": "q", "output": "a", "rating": "r"})


def test_one_odd_rating_among_many_does_not_make_bad_answers_ones_to_learn():
    cells = {"prompt": "q", "completion": "a", "label": "no"}
    some = [cells] * 18 + [cells | {"label": odd} for odd in ("maybe", "3")]
    assert guess_format(tuple(cells), rows(*some))[0] == "rated"
    assert guess_format(tuple(cells), rows(*some, cells | {"label": "2"}))[0] == "pairs"


def test_several_columns_are_joined_by_a_prompt():
    roles = {"input": "{{{Title}}}: {body} {{x}}", "output": "a", "system": "Be {tone}."}
    cells = {"Title": "T", "body": "b", "a": "answer", "tone": " "}
    assert record("pairs", cells, roles) == Completion("{T}: b {x}", "answer")
    assert record("pairs", cells | {"body": None}, roles) == Completion("{T}:  {x}", "answer")
    made = record("pairs", cells | {"tone": "brief"}, roles)
    assert made.messages[0] == Message("system", "Be brief.")


@pytest.mark.parametrize(
    ("cells", "check", "reason"),
    [
        ({"a": "x", "Title": "", "body": "\u200b"}, "incomplete", "The question is empty."),
        ({"a": "x", "Title": 3, "body": "b"}, "unusable", "“Title” of the question is a number, not text."),
    ],
)
def test_a_prompt_with_nothing_in_it_sets_its_row_aside(cells, check, reason):
    with pytest.raises(RowProblem) as caught:
        record("pairs", cells, {"input": "About {Title}: {body}", "output": "a"})
    assert caught.value.check == check
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("cells", "sides"),
    [
        ({"g": " ward 3 ", "s": "TRAIN"}, ("ward 3", "train")),
        ({"g": 3, "s": "held out"}, ("3", "held_out")),
        ({"g": False, "s": "Validation"}, ("false", "held_out")),
        ({"g": None, "s": ""}, ("", "")),
    ],
)
def test_the_group_and_the_side_of_a_row_are_read(cells, sides):
    assert sides_of(cells, {"group": "g", "split": "s", "input": "q"}) == sides
    assert sides_of(cells, {"input": "q"}) == ("", "")


def test_a_side_that_nobody_knows_sets_its_row_aside():
    with pytest.raises(RowProblem, match="“maybe”, neither train nor test"):
        sides_of({"s": "maybe"}, {"split": "s"})


@pytest.mark.parametrize("mapping", [{"input": "a"}, {"output": "a"}, {"input": "a", "text": "b"}])
def test_roles_that_do_not_go_together_are_refused(mapping):
    with pytest.raises(Refused, match="do not go together") as caught:
        format_for(mapping, ("a", "b"), [])
    assert "input and output" in caught.value.hint
