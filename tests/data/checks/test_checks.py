"""Each check finds what it is for, names the rows, and offers a next step; clean data raises nothing."""

import pytest

from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Rated,
    SourcedRecord,
    Text,
)
from studio.data.checks import CHECKS, Scene, SetAside, lengths
from studio.data.checks.incomplete import is_placeholder
from studio.data.checks.seen import Seen
from studio.data.checks.too_few import ONE_QUESTION
from studio.data.checkup import findings_of
from studio.data.templates import ChatTemplate


def records(*pairs: tuple[str, str]) -> list[SourcedRecord]:
    return [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs, 2)]


CLEAN = records(*((f"question {number}", f"answer {number}") for number in range(12)))


def test_every_check_has_a_title_and_says_where_its_method_comes_from():
    for module in CHECKS.values():
        assert module.TITLE
        assert isinstance(module.SOURCE, str)


@pytest.mark.parametrize("name", ["unusable", "incomplete", "duplicates", "lengths", "too_few"])
def test_clean_data_raises_nothing(name, make_tokenizer):
    assert findings_of(name, CLEAN, Scene(ChatTemplate(make_tokenizer()))) == []


def test_rows_set_aside_are_listed_by_reason():
    set_aside = [
        SetAside(3, "incomplete", "The answer is empty."),
        SetAside(5, "incomplete", "The question is empty."),
        SetAside(7, "incomplete", "The answer is empty."),
        SetAside(9, "unusable", "The answer is a number, not text."),
        SetAside(11, "unusable", "The conversation begins with the assistant."),
    ]
    found = findings_of("incomplete", CLEAN, Scene(), set_aside)
    assert [(list(each.rows), each.message) for each in found] == [
        ([3, 7], "The answer is empty."),
        ([5], "The question is empty."),
    ]
    found = findings_of("unusable", CLEAN, Scene(format="sharegpt"), set_aside)
    assert [(list(each.rows), each.fix) for each in found] == [([9], "leave_out_turns"), ([11], "mend_turns")]


@pytest.mark.parametrize(
    "answer",
    ["n/a", "N/A.", "-", "—", "none", "None", "TODO", "[todo]", "todo: ask Anna", "TBD", "<tbd>", "???",
     "...", "…", "null", "Lorem ipsum dolor sit amet", "lorem ipsum " * 40, "to be determined",
     "your answer here", "placeholder", "xxx", "k. A.", " n/a\n"],
)  # fmt: skip
def test_an_answer_that_only_holds_a_place_is_found(answer):
    assert is_placeholder(answer)


@pytest.mark.parametrize(
    "answer",
    ["No.", "0", "Yes", "x", "NaCl", "None of them.", "Nonetheless", "Todos los días", "A dash: -",
     "...and so on", "Not applicable to minors.", "The answer is here.", "*", "#", "",
     "Nil desperandum", "Tba is a town."],
)  # fmt: skip
def test_an_answer_that_says_something_is_none(answer):
    assert not is_placeholder(answer)


def test_placeholders_stay_and_are_offered_to_be_dropped():
    (found,) = findings_of("incomplete", [*CLEAN, *records(("q", "n/a"), ("r", "TODO"))], Scene())
    assert (list(found.rows), found.kind, found.fix) == ([2, 3], "placeholder", "drop")
    assert found.message == "2 answers only hold the place of one (such as “n/a” or “todo”)."
    label = [SourcedRecord(4, Labelled("a text", "none"))]
    assert findings_of("incomplete", label, Scene()) == []


def test_copies_are_counted_without_their_first():
    (found,) = findings_of("duplicates", records(("a", "b"), ("c", "d"), ("a", "b"), ("a", "b")), Scene())
    assert (list(found.rows), found.fix) == ([4, 5], "keep_one")
    assert found.message == "2 rows are an exact copy of an earlier one."


def test_the_same_question_with_another_answer_is_no_copy():
    assert findings_of("duplicates", records(("a", "b"), ("a", "c"), ("ab", ""), ("", "ab")), Scene()) == []


def test_turns_with_other_roles_or_another_kind_of_record_are_no_copies():
    def said(*roles):
        return Conversation(tuple(Message(role, "a") for role in roles))

    different = (said("user", "assistant"), said("system", "assistant"), Labelled("a", "a"))
    assert findings_of("duplicates", [SourcedRecord(1, each) for each in different], Scene()) == []


def test_fewer_than_ten_rows_are_too_few():
    (found,) = findings_of("too_few", CLEAN[:1], Scene())
    assert (found.severity, found.count) == ("error", 1)
    assert found.message == "The file has 1 row that can be used; training needs at least 10."
    assert findings_of("too_few", CLEAN[:10], Scene()) == []


def measured(data, template, limit=512):
    watch = lengths.begin(Scene(template, limit))
    for index, sourced in enumerate(data):
        watch.see(Seen(index, sourced))
    return watch


def test_rows_that_all_ask_the_same_cannot_be_divided():
    same = records(*(("Is it  so?" if number % 2 else "is it so?", f"a{number}") for number in range(12)))
    (found,) = findings_of("too_few", same, Scene())
    assert (found.kind, found.severity, found.count) == (ONE_QUESTION, "error", 1)
    assert found.message.startswith("All 12 rows ask the same question")
    assert findings_of("too_few", [*same, *records(("another", "a"))], Scene()) == []


def test_examples_beyond_the_limit_are_told_from_those_that_lose_everything(make_tokenizer):
    data = [*CLEAN, *records(("short", "long " * 100), ("long " * 100, "short"))]
    watch = measured(data, ChatTemplate(make_tokenizer("llama3")), 64)
    assert {each.message: list(each.rows) for each in watch.findings()} == {
        "1 example is longer than 64 tokens, and the end is cut off.": [2],
        "1 example is so long before the answer that nothing is left to learn.": [3],
    }
    summary = watch.summary()
    assert (summary.cut, summary.nothing_left, summary.limit_tokens) == (2, 1, 64)
    assert summary.median_tokens < 64 < summary.longest_tokens
    assert not summary.sampled
    chart = lengths.chart(watch)
    assert sum(chart["counts"]) == len(data)
    assert chart["bar_tokens"] * len(chart["counts"]) > summary.longest_tokens


@pytest.mark.parametrize("kind", ["byte_level", "sentence_piece"])
def test_a_large_file_is_sampled_and_every_row_that_is_cut_is_still_found(make_tokenizer, kind, monkeypatch):
    monkeypatch.setattr(lengths, "SAMPLED_ROWS", 20)
    template = ChatTemplate(make_tokenizer("chatml", kind))
    texts = [("word " * (number % 7), "ä" * (number % 3) + " word" * (number % 41)) for number in range(300)]
    data = records(*((f"q {question}", f"a {answer}") for question, answer in texts))
    sampled = measured(data, template, 60)
    monkeypatch.setattr(lengths, "SAMPLED_ROWS", 10**6)
    whole = measured(data, template, 60)
    assert [list(each.rows) for each in sampled.findings()] == [list(each.rows) for each in whole.findings()]
    assert sampled.summary().sampled
    assert sum(lengths.chart(sampled)["counts"]) == 20
    assert sampled.summary().cut == whole.summary().cut > 0


def test_turns_the_models_template_does_not_take_are_listed(make_tokenizer):
    turns = Conversation((Message("user", "q"), Message("user", "q"), Message("assistant", "a")))
    template = ChatTemplate(make_tokenizer("mistral"))
    (found,) = findings_of("lengths", [SourcedRecord(4, turns)], Scene(template))
    assert (found.severity, list(found.rows)) == ("warning", [4])
    assert "sets them aside" in found.hint
    assert "user, user, assistant" in found.message


def test_without_a_model_or_an_answer_there_is_no_length(make_tokenizer):
    assert measured(CLEAN, None).summary() is None
    text = [SourcedRecord(1, Text("words"))]
    watch = measured(text, ChatTemplate(make_tokenizer()))
    assert watch.summary() is None
    assert lengths.chart(watch) == {}


def test_a_label_is_measured_as_the_answer_it_is_trained_as(make_tokenizer):
    template = ChatTemplate(make_tokenizer())
    label = measured([SourcedRecord(1, Labelled("text", "good"))], template).summary()
    assert label == measured([SourcedRecord(1, Completion("text", "good"))], template).summary()


def test_of_two_answers_each_is_cut_by_itself_and_the_longer_one_is_measured(make_tokenizer):
    template = ChatTemplate(make_tokenizer("llama3"))
    before = (Message("user", "p"), Message("assistant", "r"))
    rows = [
        Preference("q", "short", "long " * 100),
        Preference("long " * 100, "a", "b"),
        Preference("q", "a", "b"),
    ]
    watch = measured([SourcedRecord(row, each) for row, each in enumerate(rows, 2)], template, 64)
    assert [(each.kind, list(each.rows)) for each in watch.findings()] == [
        ("cut", [2]),
        ("nothing_left", [3]),
    ]
    for record in (Preference("q", "short", "much longer", before), Rated("q", "much longer", False, before)):
        turns = Conversation((*before, Message("user", "q"), Message("assistant", "much longer")))
        watch, said = (measured([SourcedRecord(2, each)], template) for each in (record, turns))
        assert watch.summary() == said.summary()
