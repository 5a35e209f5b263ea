"""Each check finds what it is for, names the rows, and offers a next step; clean data raises nothing."""

import pytest

from studio.core.records import Completion, Conversation, Message, SourcedRecord, Text
from studio.data.checks import (
    CHECKS,
    CheckContext,
    SetAside,
    duplicates,
    incomplete,
    lengths,
    too_few,
    unusable,
)
from studio.data.templates import ChatTemplate


def records(*pairs: tuple[str, str]) -> list[SourcedRecord]:
    return [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs, 2)]


CLEAN = records(*((f"question {number}", f"answer {number}") for number in range(12)))


@pytest.mark.parametrize("name", CHECKS)
def test_clean_data_raises_nothing(name, make_tokenizer):
    context = CheckContext(CLEAN, (), ChatTemplate(make_tokenizer()))
    assert CHECKS[name].check(context) == []
    assert CHECKS[name].TITLE


def test_rows_set_aside_are_listed_by_reason():
    set_aside = [
        SetAside(3, "incomplete", "The answer is empty."),
        SetAside(5, "incomplete", "The question is empty."),
        SetAside(7, "incomplete", "The answer is empty."),
        SetAside(9, "unusable", "The answer is a number, not text."),
    ]
    context = CheckContext(CLEAN, set_aside)
    found = [(issue.rows, issue.message) for issue in incomplete.check(context)]
    assert found == [((3, 7), "The answer is empty."), ((5,), "The question is empty.")]
    assert [issue.rows for issue in unusable.check(context)] == [(9,)]


def test_copies_are_counted_without_their_first():
    (issue,) = duplicates.check(CheckContext(records(("a", "b"), ("c", "d"), ("a", "b"), ("a", "b"))))
    assert (issue.count, issue.rows) == (2, (4, 5))
    assert issue.message == "2 rows are an exact copy of an earlier one."


def test_the_same_question_with_another_answer_is_no_copy():
    assert duplicates.check(CheckContext(records(("a", "b"), ("a", "c")))) == []


def test_fewer_than_ten_rows_are_too_few():
    (issue,) = too_few.check(CheckContext(CLEAN[:1]))
    assert issue.severity == "error"
    assert issue.message == "The file has 1 row that can be used; training needs at least 10."
    assert too_few.check(CheckContext(CLEAN[:10])) == []


def test_rows_that_all_ask_the_same_cannot_be_divided():
    same = records(*(("Is it  so?" if number % 2 else "is it so?", f"a{number}") for number in range(12)))
    (issue,) = too_few.check(CheckContext(same))
    assert (issue.check, issue.severity) == ("one_question", "error")
    assert issue.message.startswith("All 12 rows ask the same question")
    assert too_few.check(CheckContext([*same, *records(("another", "a"))])) == []


def test_examples_beyond_the_limit_are_told_from_those_that_lose_everything(make_tokenizer):
    template = ChatTemplate(make_tokenizer("llama3"))
    data = [*CLEAN, *records(("short", "long " * 100), ("long " * 100, "short"))]
    context = CheckContext(data, (), template, 64)
    found = {issue.message: issue.rows for issue in lengths.check(context)}
    assert found == {
        "1 example is longer than 64 tokens, and the end is cut off.": (2,),
        "1 example is so long before the answer that nothing is left to learn.": (3,),
    }
    summary = lengths.summary(context)
    assert (summary.cut, summary.nothing_left, summary.limit_tokens) == (2, 1, 64)
    assert summary.median_tokens < 64 < summary.longest_tokens


def test_turns_the_models_template_does_not_take_are_listed(make_tokenizer):
    turns = Conversation((Message("user", "q"), Message("user", "q"), Message("assistant", "a")))
    context = CheckContext([SourcedRecord(4, turns)], (), ChatTemplate(make_tokenizer("mistral")))
    (issue,) = lengths.check(context)
    assert (issue.severity, issue.rows) == ("warning", (4,))
    assert "sets them aside" in issue.hint
    assert "user, user, assistant" in issue.message


def test_without_a_model_or_an_answer_there_is_no_length(make_tokenizer):
    assert lengths.summary(CheckContext(CLEAN)) is None
    text = [SourcedRecord(1, Text("words"))]
    assert lengths.summary(CheckContext(text, (), ChatTemplate(make_tokenizer()))) is None
