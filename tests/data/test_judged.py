"""Judged answers as tokens: what was judged is learned and nothing else, whatever was said before it."""

import pytest

from studio.core.errors import StudioError
from studio.core.examples import IGNORED
from studio.core.records import Message, Preference, Rated
from studio.data.judged import BAD, GOOD, encode_preference, encode_rated, mismatched
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt

BEFORE = (Message("user", "Who barks?"), Message("assistant", "A dog."))


@pytest.fixture
def template(tiny_tokenizer) -> ChatTemplate:
    return ChatTemplate(tiny_tokenizer)


def learned(example, template) -> str:
    pairs = zip(example.input_ids, example.labels, strict=True)
    return template.tokenizer.decode([token for token, label in pairs if label != IGNORED])


def test_an_answer_that_was_given_before_is_read_and_not_learned(template):
    pair = encode_preference(Preference("And who purrs?", "A cat.", "A car.", BEFORE), template, 256, 1)
    rated = encode_rated(Rated("And who purrs?", "A cat.", True, BEFORE), template, 256, 1)
    for text, answer in zip((*apart(pair), rated), ("A cat.", "A car.", "A cat."), strict=True):
        assert "A dog." in template.tokenizer.decode(text.input_ids)
        assert learned(text, template).startswith(answer)
        assert "dog" not in learned(text, template)


def test_a_rated_answer_says_whether_it_is_a_good_one_and_counts_its_tokens(template):
    good, bad = (
        encode_rated(Rated("Who barks?", "A dog.", well), template, 256, 1) for well in (True, False)
    )
    assert (good.label, bad.label) == (GOOD, BAD)
    assert good.input_ids == bad.input_ids
    assert good.trained_tokens == sum(label != IGNORED for label in good.labels) > 1


def test_a_question_that_leaves_no_room_for_a_rated_answer_is_refused(template):
    with pytest.raises(StudioError, match="Row 7: the question is so long"):
        encode_rated(Rated("word " * 200, "Yes.", True), template, 64, 7)


def test_the_other_answers_are_those_of_the_rows_before(template):
    rows = [
        encode_rated(Rated(question, answer, True), template, 256, at)
        for at, (question, answer) in enumerate([("Who barks?", "A dog."), ("Who purrs?", "A cat.")], 1)
    ]
    first, second = mismatched(rows, 0, 2, max_length=256)
    assert learned(first, template).startswith("A cat.")
    assert learned(second, template).startswith("A dog.")
    asked = tuple(encode_prompt([Message("user", "Who barks?")], template))
    assert first.input_ids[: len(asked)] == asked
    assert first.label == ""


def test_an_answer_to_another_question_is_cut_to_length(template):
    rows = [
        encode_rated(Rated(question, answer, True), template, 256, at)
        for at, (question, answer) in enumerate(
            [("Who barks so loudly?", "A dog."), ("Who?", "A cat!" * 5)], 1
        )
    ]
    (cut,) = mismatched(rows, 0, 1, max_length=len(rows[0].input_ids))
    assert len(cut.input_ids) == len(rows[0].input_ids)
    assert cut.trained_tokens
